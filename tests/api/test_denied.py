"""What is kept from somebody is logged: which login, which route; never which thing, nor what was sent. Who comes in
stands in the audit trail."""

from uuid import uuid4

import structlog
from sqlmodel import select

from server.accounts.tables import Login
from server.accounts.tokens import digest
from server.audit.tables import AuditEntry
from server.database import reading
from tests.api.conftest import Api
from tests.api.test_door import handshake


def test_what_is_kept_from_somebody_is_logged_with_their_login(api: Api) -> None:
    with reading(api.fair.engine) as db:
        query = select(Login.id).where(Login.token_digest == digest(api.tokens["viewer"]))
        login = str(db.exec(query).one())
    party = f"/parties/{api.buyer.id}"
    asked = [("GET", "/figures"), ("GET", f"/requests/{uuid4()}"), ("DELETE", f"{party}/logo"), ("GET", party)]
    with structlog.testing.capture_logs() as lines:
        statuses = [api.send("viewer", method, api.path(path)).status_code for method, path in asked]
    assert statuses == [404, 403, 403, 200]
    slug = "/api/v1/conventions/{slug}"
    told = [
        ("not_found", "GET", f"{slug}/figures"),
        ("not_allowed", "GET", f"{slug}/requests/{{request_id}}"),
        ("not_allowed", "DELETE", f"{slug}/parties/{{party_id}}/logo"),
    ]
    assert lines == [
        {
            "event": "denied",
            "log": "security",
            "log_level": "warning",
            "code": code,
            "method": method,
            "route": route,
            "login": login,
        }
        for code, method, route in told
    ]


def test_a_convention_of_others_is_logged_too(api: Api) -> None:
    with structlog.testing.capture_logs() as lines:
        status = api.send("foreigner", "GET", api.path("/parties")).status_code
    assert (status, [line["code"] for line in lines]) == (404, ["not_found"])


def test_a_live_stream_of_others_is_logged(api: Api) -> None:
    bearer = {"authorization": f"Bearer {api.tokens['foreigner']}"}
    with structlog.testing.capture_logs() as lines:
        assert handshake(api, api.path("/live"), **bearer) == 403
    assert [(line["code"], line["route"]) for line in lines] == [
        ("not_allowed", "/api/v1/conventions/{slug}/live"),
    ]


def test_who_could_not_sign_in_is_logged_by_why_and_not_by_whom(api: Api) -> None:
    body = {"email": "somebody@nowhere.example", "password": "a secret of theirs"}
    with structlog.testing.capture_logs() as lines:
        assert api.client.post("/api/v1/sign-in/password", json=body).status_code == 401
        assert api.client.post("/api/v1/sign-in", json={"token": "never-given-to-anybody"}).status_code == 403
    assert [(line["event"], line["reason"], line["network"]) for line in lines] == [
        ("sign_in.failed", "sign_in_failed", "127.0.0.1"),
        ("sign_in.failed", "link_spent", "127.0.0.1"),
    ]
    assert "nowhere" not in str(lines)


def test_a_sign_in_stands_in_the_audit_trail(api: Api) -> None:
    api.cookie("buyer")
    with reading(api.fair.engine) as db:
        entries = db.exec(select(AuditEntry).where(AuditEntry.action == "login.added")).all()
    entry = max(entries, key=lambda entry: entry.at)
    assert (entry.actor_id, entry.about_id, entry.address) == (api.people["buyer"], api.people["buyer"], "127.0.0.1")
    new = entry.new or {}
    assert (new["kind"], new["second_factor"]) == ("cookie", False)
    assert "token_digest" not in new
