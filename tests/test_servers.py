from sqlalchemy import Engine, create_engine, inspect, text

from tests.servers import Databases

prepared: list[str] = []


def one_table(url: str) -> None:
    prepared.append(url)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE thing (id integer)"))
    engine.dispose()


def tables(url: str) -> list[str]:
    engine: Engine = create_engine(url)
    try:
        return inspect(engine).get_table_names()
    finally:
        engine.dispose()


def test_fresh_databases_are_apart_and_prepared_once(databases: Databases) -> None:
    first, second, empty = databases.fresh(one_table), databases.fresh(one_table), databases.fresh()
    one_table(empty)
    assert len({first, second, empty}) == 3
    assert [tables(url) for url in (first, second, databases.fresh())] == [["thing"], ["thing"], []]
    assert len(prepared) == 2  # once for the template, once by hand for `empty`


def test_database_url_is_empty_on_both(database_url: str) -> None:
    assert tables(database_url) == []
    assert database_url.split(":")[0] in {"sqlite", "postgresql+psycopg"}
