"""Settings, read once from the environment (`MADANG_*`) and passed in."""

import os
from ipaddress import ip_network
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator


class Settings(BaseModel):
    """Everything an operator may set. Durations are seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data_dir: Path = Path("data")
    database_url: str = ""
    base_url: str = "http://127.0.0.1:8000"
    allowed_origins: tuple[str, ...] = ()
    login_seconds: int = 14 * 24 * 3600
    sign_in_link_seconds: int = 7 * 24 * 3600
    mailed_link_seconds: int = 600
    invitation_seconds: int = 14 * 24 * 3600
    ticket_seconds: int = 30
    # Encrypts what must be read again (the secrets of one-time codes). Empty: a file in the data directory.
    secret_key: str = ""
    organisers_need_totp: bool = False
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_name: str = ""
    smtp_url: str = ""
    mail_from: str = ""
    trusted_proxies: tuple[str, ...] = ()
    join_hosts: tuple[str, ...] = ()
    account_requests_per_minute: int = 1200
    address_requests_per_minute: int = 12_000
    # Live connections at a time: a person has some pages open; a venue or a company comes from one address.
    login_connections: int = 30
    address_connections: int = 5_000
    metrics_token: str = ""
    writer_queue: int = 2000
    writer_batch: int = 64
    timers_every: float = 1.0
    # Streams are asked how they go every so many seconds; YouTube's only with a key, and within its units a day.
    streams_every: float = 5.0
    youtube_api_key: str = Field(default="", repr=False)
    youtube_base_url: str = "https://www.googleapis.com"
    youtube_daily_units: int = 10_000
    # Development and tests only: playlists of this very machine may be read, by http, too.
    streams_from_loopback: bool = False
    # Of whom no country is known, it is looked up here by their address (a MaxMind DB file), or guessed by language.
    geoip_file: str = ""
    country_by_language: bool = False
    # Schedules are looked for every so many seconds, and made in processes of their own, within these bounds.
    schedule_every: float = 1.0
    schedule_seconds: float = 1800.0
    schedule_megabytes: int = 4096
    import_bytes: int = 20 * 1024 * 1024
    picture_bytes: int = 2 * 1024 * 1024
    body_bytes: int = 1024 * 1024
    # Tests only: choose people without looking who is busy, so that nothing but the unique key can refuse.
    blind_to_occupancy: bool = False

    @property
    def url(self) -> str:
        """The SQLAlchemy URL: PostgreSQL as given, else the embedded SQLite file under the data directory."""
        return self.database_url or f"sqlite:///{self.data_dir / 'madang.sqlite3'}"

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        for network in networks:
            ip_network(network)
        return networks

    @property
    def is_https(self) -> bool:
        """People reach the site by TLS, whoever ends it."""
        return self.base_url.lower().startswith("https:")


def read_settings(environ: dict[str, str] | None = None) -> Settings:
    """Settings from `MADANG_*` variables. A `postgresql://` URL is taken to mean the psycopg 3 driver.

    Raises:
        pydantic.ValidationError: a variable cannot be read; the message names it.
    """
    source = dict(os.environ) if environ is None else environ
    values: dict[str, object] = {}
    for name, field in Settings.model_fields.items():
        raw = source.get(f"MADANG_{name.upper()}")
        if raw is not None:
            listed = isinstance(field.default, tuple)
            values[name] = tuple(filter(None, map(str.strip, raw.split(",")))) if listed else raw
    url = str(values.get("database_url", ""))
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            values["database_url"] = "postgresql+psycopg://" + url.removeprefix(short)
    return Settings.model_validate(values)
