"""What the operator's commands share: where they print, how they stop, what they find first."""

import typer
from rich.console import Console
from sqlalchemy import Engine
from sqlmodel import Session, select

from server.conventions.tables import Convention
from server.database import is_current, make_engine
from server.settings import Settings

out = Console()
err = Console(stderr=True)


def stop(message: str) -> typer.Exit:
    """Say on stderr what is wrong and what to do; the exit to raise."""
    err.print(message, style="bold red", highlight=False)
    return typer.Exit(1)


def ready(settings: Settings) -> Engine:
    """The engine over a migrated database."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    engine = make_engine(settings)
    if not is_current(engine):
        raise stop("The database has an older (or no) form. Run: madang migrate")
    return engine


def find_convention(db: Session, slug: str) -> Convention:
    """The convention of that address."""
    found = db.exec(select(Convention).where(Convention.slug == slug)).one_or_none()
    if found is None:
        known = ", ".join(db.exec(select(Convention.slug)).all()) or "none yet: madang convention create"
        raise stop(f"There is no convention {slug}. There are: {known}")
    return found
