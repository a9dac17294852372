"""How Alembic sees the product: every table, its types written plainly, one transaction on both databases.

To add a revision, change the tables and, against a database that is at the head:

    MADANG_DATA_DIR=DIRECTORY madang migrate
    MADANG_DATA_DIR=DIRECTORY alembic revision --autogenerate --rev-id 0002 -m "what it does"

To make an unreleased first revision anew: delete it and do the second step alone, on an empty DIRECTORY, with
`--rev-id 0001 -m first`. Read what was made: autogenerate sees neither renames nor data.
"""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from server.database import make_engine, metadata, writing
from server.settings import read_settings


def render(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Plain column types: a revision must not change when a library's decorator does."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String({item.length or ''})"
    return False


def run(connection: Connection) -> None:
    """Run the revisions inside the connection's open transaction."""
    context.configure(
        connection=connection,
        target_metadata=metadata(),
        render_item=render,
        render_as_batch=True,  # SQLite alters a table by copying it
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


# server.database hands over its connection; from Alembic's own command line there is none.
given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with writing(make_engine(read_settings())) as connection:
        run(connection)
