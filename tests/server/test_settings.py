"""What holds where the operator says nothing."""

from server.settings import read_settings


def test_what_lets_somebody_in_lasts_no_longer_than_it_must() -> None:
    usual = read_settings({})
    assert (usual.ticket_seconds, usual.mailed_link_seconds) == (30, 600)
