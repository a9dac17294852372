"""An invitation all the way: made by the organiser, mailed by the postman, accepted from the mail's link."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from server.accounts.tables import Invitation
from server.database import reading, writing
from server.mail.tables import Mail
from tests.api.conftest import Api, api_of
from tests.factories import Fair
from tests.mail.relay import Relay, open_relay, plain


@pytest.fixture
def relay() -> Iterator[Relay]:
    with open_relay() as opened:
        yield opened


@pytest.fixture
def mailing(sqlite_fair: Fair, relay: Relay) -> Iterator[Api]:
    with api_of(sqlite_fair, smtp_url=relay.url, mail_from="madang <no@fair.example>") as api:
        yield api


def token_in(api: Api, text: str) -> str:
    found = re.search(rf"{re.escape(api.house.address)}/invitation#([\w-]+)", text)
    assert found is not None, text
    return found[1]


def accept(api: Api, token: str) -> int:
    answer = api.client.post("/api/v1/invitations/accept", json={"token": token})
    api.client.cookies.clear()
    return answer.status_code


def made_longer_ago(api: Api) -> None:
    """Let ten minutes pass since invitations were made and mailed."""
    with writing(api.fair.engine) as connection, Session(connection) as db:
        for row in db.exec(select(Invitation)):
            row.created_at -= timedelta(minutes=10)
            row.sent_at = row.sent_at and row.sent_at - timedelta(minutes=10)
            db.add(row)
        db.flush()


def test_mailed_again_the_newer_link_counts(mailing: Api, relay: Relay) -> None:
    api, viewer = mailing, str(mailing.people["viewer"])
    body = {"people": [viewer]}
    made = api.send("organiser", "POST", api.path("/invitations"), body).json()
    assert (made["made"], made["mailed"]) == (1, True)
    first = token_in(api, plain(relay.wait_for(1)[0]))
    item = api.send("organiser", "GET", api.path("/invitations")).json()["items"][0]
    again = api.path(f"/invitations/{item['id']}/resend")
    early = api.send("organiser", "POST", again)
    assert (early.status_code, early.json()["code"], "until" in early.json()) == (409, "sent_lately", True)

    made_longer_ago(api)
    assert api.send("organiser", "POST", again).status_code == 200
    second = token_in(api, plain(relay.wait_for(2)[1]))
    assert accept(api, first) == 403
    assert accept(api, second) == 200
    assert accept(api, second) == 403
    item = api.send("organiser", "GET", api.path("/invitations")).json()["items"][0]
    assert (item["state"], item["times_sent"]) == ("accepted", 2)
    with reading(api.fair.engine) as db:
        kept = "".join(str(row.model_dump()) for table in (Mail, Invitation) for row in db.exec(select(table)))
    assert [token for token in (first, second) if token in kept] == []
