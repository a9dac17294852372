"""How uvicorn is set up to serve."""

from server.app import create_app
from server.serving import make_server
from server.settings import Settings


def test_addresses_are_not_logged_for_they_may_hold_tickets(sqlite_url: str) -> None:
    config = make_server(create_app(Settings(database_url=sqlite_url)), "127.0.0.1", 0, log_level="debug").config
    assert config.access_log is False
