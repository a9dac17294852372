"""Settings, read once from the environment (`MADANG_*`) and passed in."""

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """Everything an operator may set. Durations are seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data_dir: Path = Path("data")
    database_url: str = ""
    base_url: str = "http://127.0.0.1:8000"
    allowed_origins: tuple[str, ...] = ()
    login_seconds: int = 14 * 24 * 3600
    sign_in_link_seconds: int = 7 * 24 * 3600
    ticket_seconds: int = 30
    writer_queue: int = 2000
    writer_batch: int = 64
    timers_every: float = 1.0
    import_bytes: int = 20 * 1024 * 1024
    # Tests only: choose people without looking who is busy, so that nothing but the unique key can refuse.
    blind_to_occupancy: bool = False

    @property
    def url(self) -> str:
        """The SQLAlchemy URL: PostgreSQL as given, else the embedded SQLite file under the data directory."""
        return self.database_url or f"sqlite:///{self.data_dir / 'madang.sqlite3'}"

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    @property
    def origins(self) -> tuple[str, ...]:
        """Origins whose pages may open the live socket and send unsafe requests with a cookie."""
        return self.allowed_origins or (self.base_url.rstrip("/"),)


def read_settings(environ: dict[str, str] | None = None) -> Settings:
    """Settings from `MADANG_*` variables. A `postgresql://` URL is taken to mean the psycopg 3 driver.

    Raises:
        pydantic.ValidationError: a variable cannot be read; the message names it.
    """
    source = dict(os.environ) if environ is None else environ
    values: dict[str, object] = {}
    for name in Settings.model_fields:
        raw = source.get(f"MADANG_{name.upper()}")
        if raw is not None:
            values[name] = tuple(filter(None, raw.split(","))) if name == "allowed_origins" else raw
    url = str(values.get("database_url", ""))
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            values["database_url"] = "postgresql+psycopg://" + url.removeprefix(short)
    return Settings.model_validate(values)
