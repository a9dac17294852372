"""The operator's commands: `madang ...`."""

import asyncio
import contextlib
import tempfile
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from sqlmodel import Session, col, select

import matchmaking.figures
from matchmaking.parties import directory
from matchmaking.slots import Block
from server import cli_accounts, cli_import, cli_programme
from server.accounts import logins
from server.accounts.tables import Person
from server.accounts.tokens import digest, new_token, sign_in_link
from server.app import create_app
from server.batch import Order, perform
from server.clock import SystemClock
from server.console import find_convention, out, ready, stop
from server.conventions import commands as conventions
from server.conventions.tables import Convention
from server.countries import Countries, NoCountries
from server.database import make_engine, migrate, reading
from server.errors import REFUSALS
from server.logs import configure_logs
from server.serving import AlreadyServed, make_server, sole_server
from server.settings import read_settings
from server.work import HOUSE
from server.zones import is_zone

app = typer.Typer(help="madang runs virtual and hybrid trade conventions.", no_args_is_help=True)
convention_app = typer.Typer(help="Conventions.", no_args_is_help=True)
app.add_typer(convention_app, name="convention")
app.add_typer(cli_import.app, name="import")
cli_import.app.command("programme")(cli_programme.import_programme)
app.command("confirm")(cli_import.confirm)
app.command("owner")(cli_accounts.owner)
app.command("reset-totp")(cli_accounts.reset_totp)
app.command("sign-out")(cli_accounts.sign_out)


@app.callback()
def main() -> None:
    """madang runs virtual and hybrid trade conventions."""
    configure_logs()


@app.command("migrate")
def migrate_command() -> None:
    """Bring the database to this version's form."""
    settings = read_settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    migrate(make_engine(settings))
    out.print("The database is up to date.")


@app.command()
def serve(host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve the API, the live stream and the pages."""
    settings = read_settings()
    ready(settings).dispose()
    try:
        with Countries(settings):  # a wrong file is told of before anything starts
            pass
        with sole_server(settings):
            out.print(f"madang serves on http://{host}:{port}")
            asyncio.run(make_server(create_app(settings), host, port).serve())
    except (AlreadyServed, NoCountries) as refused:
        raise stop(str(refused)) from None


@convention_app.command("create")
def create_convention(
    slug: Annotated[str, typer.Argument(help="Its address: lower-case letters, digits, hyphens.")],
    name: Annotated[str, typer.Option(help="Its name, as shown.")],
    first_day: Annotated[str, typer.Option(help="YYYY-MM-DD, in its own time zone.")],
    last_day: Annotated[str, typer.Option(help="YYYY-MM-DD, included.")],
    host: Annotated[str, typer.Option(help="The body that runs it.")],
    organiser: Annotated[str, typer.Option(help="Mail address of the organiser.")],
    zone: Annotated[str, typer.Option(help="IANA time zone.")] = "Asia/Seoul",
    slot: Annotated[int, typer.Option(help="Minutes of a meeting.")] = 30,
    buffer: Annotated[int, typer.Option(help="Minutes between meetings.")] = 5,
    block: Annotated[
        list[str] | None, typer.Option(help="Daily meeting hours, NAME=HH:MM-HH:MM; may be given several times.")
    ] = None,
    language: Annotated[str, typer.Option(help="Language the name is written in (ISO 639-1).")] = "ko",
) -> None:
    """Make a convention with its calendar, usual dates and organiser."""
    if not is_zone(zone):
        raise stop(f"{zone} is no IANA time zone. Example: Asia/Seoul")
    engine = ready(read_settings())
    try:
        command = partial(
            conventions.create_convention,
            slug=slug,
            name={language: name, "original": language},
            zone=zone,
            first_day=date.fromisoformat(first_day),
            last_day=date.fromisoformat(last_day),
            host_name={language: host, "original": language},
            organiser_email=organiser.strip().lower(),
            blocks=[read_block(text) for text in block] if block else conventions.USUAL_BLOCKS,
            slot_minutes=slot,
            buffer_minutes=buffer,
        )
        made = conventions.ConventionRecord.model_validate_json(perform(engine, SystemClock(), Order(HOUSE, command)))
    except (*REFUSALS, ValueError) as refusal:
        raise stop(f"{refusal} {getattr(refusal, 'advice', '')}") from None
    out.print(f"{slug}: {made.slots} slots. Organiser's sign-in link: madang invite {slug} {organiser}")


def read_block(text: str) -> Block:
    """`NAME=HH:MM-HH:MM` as a block; 24:00 is midnight, 26:00 two hours after it.

    Raises:
        ValueError: it is not of that form.
    """
    name, _, hours = text.partition("=")
    opens, _, closes = hours.partition("-")

    def minutes(clock: str) -> int:
        hour, _, minute = clock.partition(":")
        return int(hour) * 60 + int(minute)

    try:
        return Block(name, minutes(opens), minutes(closes))
    except ValueError:
        raise ValueError(f"A block is NAME=HH:MM-HH:MM, not {text!r}.") from None


@app.command()
def invite(
    slug: str, email: Annotated[str, typer.Argument(help="Mail address of a person of the convention.")]
) -> None:
    """Print a one-time sign-in link for a person."""
    settings = read_settings()
    engine, clock = ready(settings), SystemClock()
    with reading(engine) as db:
        convention = find_convention(db, slug)
        person = db.exec(
            select(Person).where(col(Person.email) == email.strip().lower(), Person.host_id == convention.host_id)
        ).one_or_none()
        if person is None:
            raise stop(f"{slug} has nobody with the address {email}. Import the sheets first, or check the spelling.")
        person_id = person.id
    token = new_token()
    command = partial(
        logins.issue_link,
        person_id=person_id,
        token_digest=digest(token),
        expires_at=clock.real_now() + timedelta(seconds=settings.sign_in_link_seconds),
    )
    perform(engine, clock, Order(HOUSE, command))
    out.print(sign_in_link(settings.base_url, token), soft_wrap=True, highlight=False)


@app.command()
def status(
    slug: Annotated[str | None, typer.Argument(help="A convention's address; without it, all conventions.")] = None,
) -> None:
    """Show which conventions there are, or one convention's figures, each with its definition."""
    engine = ready(read_settings())
    with reading(engine) as db:
        out.print(_conventions(db) if slug is None else _figures(db, slug))


def _conventions(db: Session) -> Table | str:
    found = db.exec(select(Convention).order_by(col(Convention.first_day), col(Convention.slug))).all()
    if not found:
        return "There is no convention yet. Create one: madang convention create --help"
    table = Table("convention", "name", "days", "zone", "exhibitors", "buyers", "needs a look")
    for one in found:
        parties = directory(db, one.id)
        counted = (str(count) for count in (parties.exhibitors, parties.buyers, parties.needs_look))
        name = one.name.get("en") or next(iter(one.name.values()))
        table.add_row(one.slug, name, f"{one.first_day} to {one.last_day}", one.zone, *counted)
    return table


def _figures(db: Session, slug: str) -> Table:
    convention = find_convention(db, slug)
    parties = directory(db, convention.id)
    table = Table("figure", "now", "what it is", title=slug)
    table.add_row("Exhibitors", str(parties.exhibitors), "Parties that offer.")
    table.add_row("Buyers", str(parties.buyers), "Parties that seek.")
    table.add_row("Needs a look", str(parties.needs_look), "Parties that get slots once the organiser confirms them.")
    for key, value in matchmaking.figures.figures(db, convention.id).items():
        definition = matchmaking.figures.DEFINITIONS[key]
        table.add_row(definition["name"]["en"], str(value), definition["definition"]["en"])
    return table


@app.command()
def demo(
    speed: Annotated[float, typer.Option(help="Minutes of convention time a second; 0 does not wait at all.")] = 10.0,
    host: str = "127.0.0.1",
    port: Annotated[int, typer.Option(help="A free one is taken if this is not.")] = 8000,
    data_dir: Annotated[Path | None, typer.Option(help="Keep its data here; otherwise it is thrown away.")] = None,
    stay: Annotated[bool, typer.Option(help="Keep the pages open when the four days are over.")] = True,
) -> None:
    """Seed a convention of the size of SMC 2020 and live its four days through real commands."""
    from server.demo.live import demo_settings, free_port, live_through

    with contextlib.ExitStack() as stack:
        folder = data_dir or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="madang-demo-")))
        if (folder / "madang.sqlite3").exists():
            raise stop(f"{folder} holds a database already. The demo needs an empty folder.")
        folder.mkdir(parents=True, exist_ok=True)
        port = free_port(host, port)
        settings = demo_settings(read_settings({}), folder, f"http://{host}:{port}")
        stack.enter_context(contextlib.suppress(KeyboardInterrupt))
        asyncio.run(live_through(settings, host, port, speed, out, stay=stay))


@app.command()
def bench(
    name: Annotated[str, typer.Argument(help="booking, push, schedule or viewers.")],
    check: Annotated[bool, typer.Option(help="Exit 1 if a target that is needed is not met.")] = False,
    quick: Annotated[bool, typer.Option(help="End within 60 seconds.")] = False,
    size: Annotated[str | None, typer.Option(help="schedule: s, m or l; else all that have targets.")] = None,
    contended: Annotated[bool, typer.Option(help="schedule, with a size: everybody is free half the time.")] = False,
    resources: Annotated[bool, typer.Option(help="schedule, with a size: halls and interpreters, too.")] = False,
    instances: Annotated[Path | None, typer.Option(help="schedule: a folder of the published instances.")] = None,
) -> None:
    """Measure; prints one JSON object, progress goes to stderr."""
    # What is measured against comes from the development dependencies, so it is imported only here.
    import server.bench.booking
    import server.bench.push
    import server.bench.schedule
    import server.bench.viewers

    if size not in (None, "s", "m", "l"):
        raise stop(f"There is no size {size}. There are: s, m, l")
    choice = server.bench.schedule.Choice(size, contended, resources, instances)
    benches = {
        "booking": server.bench.booking.run,
        "push": server.bench.push.run,
        "schedule": lambda quick: server.bench.schedule.run(quick, choice),
        "viewers": server.bench.viewers.run,
    }
    if name not in benches:
        raise stop(f"There is no bench {name}. There are: {', '.join(benches)}")
    raise typer.Exit(benches[name](quick).finish(check))
