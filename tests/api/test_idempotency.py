"""A request sent twice is done once, as its answer shows (draft-ietf-httpapi-idempotency-key-header)."""

from concurrent.futures import ThreadPoolExecutor

from tests.api.conftest import Api

KEY = "one-and-the-same"


def ask(api: Api, slot: str = "2020-11-09 09:00") -> dict[str, str]:
    return {"to": str(api.exhibitor.id), "slot": str(api.fair.slot(slot))}


def test_same_key_same_answer(api: Api) -> None:
    answers = [api.send("buyer", "POST", api.path("/requests"), ask(api), key=KEY) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.content for answer in answers}) == 1
    assert api.fair.told() == ["request.sent"]


def test_same_key_at_once(api: Api) -> None:
    with ThreadPoolExecutor(8) as threads:
        sent = [threads.submit(api.send, "buyer", "POST", api.path("/requests"), ask(api), key=KEY) for _ in range(8)]
    assert {(one.result().status_code, one.result().content) for one in sent} == {(201, sent[0].result().content)}
    assert api.fair.told() == ["request.sent"]


def test_same_key_with_another_body_or_address_is_refused(api: Api) -> None:
    made = api.send("buyer", "POST", api.path("/requests"), ask(api), key=KEY).json()
    other = api.send("buyer", "POST", api.path("/requests"), ask(api, "2020-11-09 09:35"), key=KEY)
    elsewhere = api.send("buyer", "POST", api.path(f"/requests/{made['id']}/withdraw"), key=KEY)
    assert [(a.status_code, a.json()["code"]) for a in (other, elsewhere)] == [(422, "key_reused")] * 2
    assert api.fair.told() == ["request.sent"]


def test_keys_belong_to_their_senders(api: Api) -> None:
    sent = api.send("buyer", "POST", api.path("/requests"), ask(api), key=KEY).json()
    accepted = api.send("exhibitor", "POST", api.path(f"/requests/{sent['id']}/accept"), key=KEY)
    assert (accepted.status_code, accepted.json()["state"]) == (200, "accepted")


def test_a_refusal_is_not_kept_under_its_key(api: Api) -> None:
    first = api.send("buyer", "POST", api.path("/requests"), ask(api)).json()
    again = api.send("buyer", "POST", api.path("/requests"), ask(api, "2020-11-09 09:35"), key=KEY)
    assert (again.status_code, again.json()["code"]) == (409, "thread_open")
    api.send("buyer", "POST", api.path(f"/requests/{first['id']}/withdraw"))
    now = api.send("buyer", "POST", api.path("/requests"), ask(api, "2020-11-09 09:35"), key=KEY)
    assert (now.status_code, now.json()["state"]) == (201, "pending")


def test_keys_are_asked_for_and_have_a_length(api: Api) -> None:
    missing = api.send("buyer", "POST", api.path("/requests"), ask(api), key="")
    assert (missing.status_code, missing.json()["code"]) == (400, "key_missing")
    longest = api.send("buyer", "POST", api.path("/requests"), ask(api), key="k" * 128)
    assert longest.status_code == 201
    longer = api.send("buyer", "POST", api.path("/requests"), ask(api), key="k" * 129)
    assert (longer.status_code, longer.json()["code"]) == (400, "key_missing")
    assert api.fair.told() == ["request.sent"]
