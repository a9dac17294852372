"""Databases for servers in processes of their own."""

from pathlib import Path

import pytest

from server.settings import Settings
from tests.conftest import with_tables


@pytest.fixture(params=["sqlite", "postgresql"])
def own_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings for a database of the test's own, on both databases: a server is killed over it, a table changed."""
    if request.param == "postgresql":
        fresh: str = request.getfixturevalue("databases").fresh(with_tables)
        return Settings(data_dir=tmp_path, database_url=fresh)
    request.getfixturevalue("sqlite_url")  # the embedded file of that directory
    return Settings(data_dir=tmp_path)
