"""How to join: only what a stranger can follow without a second look."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.errors import BadInstruction
from matchmaking.instructions import JOIN_HOSTS, LONGEST, checked, host_in_ascii, is_safe_stream, link

HOSTS = JOIN_HOSTS | {"fair.example"}


@pytest.mark.parametrize(
    ("kind", "channel", "value", "kept"),
    [
        ("link", "zoom", "https://zoom.us/j/123?pwd=a%2Fb", "https://zoom.us/j/123?pwd=a%2Fb"),
        ("link", "zoom", "https://us02web.ZOOM.us:443/j/1#success", "https://us02web.zoom.us/j/1#success"),
        ("link", "jitsi", "https://meet.jit.si/상담실", "https://meet.jit.si/%EC%83%81%EB%8B%B4%EC%8B%A4"),
        ("link", "teams", "https://teams.microsoft.com/l/meetup-join/19%3ameeting@thread.v2/0", None),
        ("link", "house", "https://fair.example/room/1", None),
        ("qr", "wechat", "https://u.wechat.com/MDXy", None),
        ("qr", "line", "https://line.me/ti/p/~smc", None),
        ("qr", "wechat", "smc-2020", None),
        ("account", "wechat", "smc_2020", None),
        ("account", "line", "@smc2020", None),
        ("account", "zoom", "smc@clinic.example", None),
        ("account", "skype", "live:smc.2020", None),
        ("number", "zoom", "123 4567 8901", None),
        ("phone", "phone", "+82 2-312-3456", "+82 2-312-3456"),
        ("phone", "whatsapp", "+821012345678", "+82 10-1234-5678"),
        ("table", "on_site", "B-12", None),
        ("table", "on_site", "2층 상담장 #3", None),
    ],
)
def test_what_can_be_followed_is_kept(kind: str, channel: str, value: str, kept: str | None) -> None:
    assert checked(kind, channel, value, HOSTS) == (kept or value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "channel", "value"),
    [
        ("link", "zoom", "http://zoom.us/j/1"),
        ("link", "zoom", "javascript:alert(1)"),
        ("link", "zoom", "https:zoom.us"),
        ("link", "zoom", "//zoom.us/j/1"),
        ("link", "zoom", "https:///zoom.us/j/1"),
        ("link", "zoom", "https://zoom.us@evil.example/"),
        ("link", "zoom", "https://me:secret@zoom.us/j/1"),
        ("link", "zoom", "https://zoom.us:8443/j/1"),
        ("link", "zoom", "https://zoom.us.evil.example/j/1"),
        ("link", "zoom", "https://evilzoom.us/j/1"),
        ("link", "zoom", "https://zooм.us/j/1"),
        ("link", "zoom", "https://xn--zoo-bed.us/j/1"),
        ("link", "zoom", "https://zoom.us\\@evil.example/"),
        ("link", "zoom", "https://zoom.us\t.evil.example/"),
        ("link", "zoom", "https://zoom.us/\nSet-Cookie: a=b"),
        ("link", "zoom", "https://us/"),
        ("link", "zoom", "https://192.0.2.1/j/1"),
        ("link", "zoom", "https://[2001:db8::1]/j/1"),
        ("link", "zoom", "https://0x7f.1/"),
        ("link", "zoom", "https://zoom.us./j/1"),
        ("link", "zoom", "https://zoom.us/" + "a" * LONGEST),
        ("link", "zoom", "https://zoom.us:99999999/"),
        ("qr", "wechat", "https://evil.example/"),
        ("qr", "wechat", "data:text/html,x"),
        ("account", "wechat", "smc 2020"),
        ("account", "wechat", "https://evil.example"),
        ("account", "zoom", "smc"),
        ("account", "skype", "<b>smc</b>"),
        ("number", "zoom", "123-456"),
        ("number", "zoom", "123  456"),
        ("number", "zoom", " 123"),
        ("number", "zoom", "一二三"),
        ("number", "zoom", "١٢٣"),
        ("phone", "phone", "02-312-3456"),
        ("phone", "phone", "+82 1"),
        ("phone", "phone", "tel:+82-2-312-3456;phone-context=evil"),
        ("phone", "phone", "+" + "8" * 400),
        ("table", "on_site", "<script>"),
        ("table", "on_site", "a" * 41),
        ("table", "on_site", "one\ntwo"),
        ("table", "on_site", ""),
    ],
)
def test_what_leads_astray_is_refused_and_the_refusal_says_what_is_expected(
    kind: str, channel: str, value: str
) -> None:
    with pytest.raises(BadInstruction) as refused:
        checked(kind, channel, value, HOSTS)  # type: ignore[arg-type]
    assert refused.value.details["expected"]
    assert value not in str(refused.value.details) or not value


PIECES = st.sampled_from(
    (
        "https:",
        "http:",
        "/",
        "//",
        "\\",
        "@",
        ":",
        "zoom.us",
        "evil.example",
        ".",
        "%2F",
        "#",
        "?",
        "\t",
        "ｚｏｏｍ",
        "。",
        "us",
    )
)


@given(st.lists(PIECES, max_size=9).map("".join) | st.lists(PIECES, max_size=6).map(lambda p: "https://" + "".join(p)))
def test_a_kept_link_always_leads_to_a_known_host(text: str) -> None:
    try:
        kept = link(text, HOSTS)
    except BadInstruction:
        return
    parts = urlsplit(kept)
    assert kept.isascii()
    assert (parts.scheme, parts.username, parts.password, parts.port) == ("https", None, None, None)
    assert any(f".{parts.hostname}".endswith(f".{host}") for host in HOSTS)
    assert link(kept, HOSTS) == kept, "checking again changes nothing"


@given(st.text(max_size=60), st.sampled_from(("link", "account", "qr", "number", "phone", "table")))
def test_any_text_is_kept_printable_or_refused(text: str, kind: str) -> None:
    try:
        kept = checked(kind, "other", text, HOSTS)  # type: ignore[arg-type]
    except BadInstruction:
        return
    assert kept.isprintable()
    assert len(kept) <= LONGEST


def test_hosts_are_compared_as_they_are_asked_for() -> None:
    assert link("https://ｚｏｏｍ.us/j/1", HOSTS) == "https://zoom.us/j/1"
    assert host_in_ascii("상담.한국") == "xn--jk1bs5x.xn--3e0b707e"
    assert link("https://상담.한국/1", {"xn--jk1bs5x.xn--3e0b707e"}) == "https://xn--jk1bs5x.xn--3e0b707e/1"


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://live.example/1", True),
        ("https://www.youtube.com/watch?v=1", True),
        ("http://live.example/1", False),
        ("https://me:secret@live.example/1", False),
        ("https://127.0.0.1/1", False),
        ("https://[::1]/1", False),
        ("https:///1", False),
        ("https://live.example/a b", False),
        ("https://live.example:0/", False),
        ("https://live.example:x/", False),
    ],
)
def test_streams_come_by_tls_and_without_secrets(url: str, safe: bool) -> None:
    assert is_safe_stream(url) is safe
