"""Who carries a stream, told from the addresses that people paste."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.providers import Provider, embed_address, provider_of, video_id

ID = "dQw4w9WgXcQ"
EMBEDDED = f"https://www.youtube-nocookie.com/embed/{ID}"


@pytest.mark.parametrize(
    "url",
    [
        f"https://www.youtube.com/watch?v={ID}",
        f"https://m.youtube.com/watch?app=desktop&v={ID}&t=30s",
        f"https://youtu.be/{ID}",
        f"https://youtu.be/{ID}?si=abcdef",
        f"https://YOUTUBE.com/live/{ID}?feature=share",
        f"https://www.youtube.com/live/{ID}/",
        f"https://www.youtube.com/embed/{ID}",
        f"https://www.youtube-nocookie.com/embed/{ID}?autoplay=1",
        f"https://www.youtube.com/shorts/{ID}",
    ],
)
def test_a_video_is_known_by_its_id(url: str) -> None:
    assert (provider_of(url), video_id(url), embed_address("youtube", url)) == (Provider.YOUTUBE, ID, EMBEDDED)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.youtube.com/@seongnam/live",
        "https://www.youtube.com/embed/live_stream?channel=UC4R8DWoMoI7CAwX8_LjQHig",
        "https://www.youtube.com/embed/videoseries?list=PL4R8DWoMoI7CAwX8",
        "https://www.youtube.com/watch?list=PL1",
        f"https://www.youtube.com/watch?v={ID}x",
        f"https://youtube.com.example/watch?v={ID}",
        f"https://notyoutube.com/watch?v={ID}",
        f"https://example.com/?next=https://youtu.be/{ID}",
        "https://[broken/watch",
        "",
    ],
)
def test_what_only_looks_like_a_video_is_a_link(url: str) -> None:
    assert (provider_of(url), video_id(url), embed_address("link", url)) == (Provider.LINK, None, None)


def test_a_channel_s_page_is_no_video_whatever_it_was_taken_for() -> None:
    assert embed_address("youtube", "https://www.youtube.com/@seongnam/live") is None


@pytest.mark.parametrize(
    ("url", "provider", "embedded"),
    [
        ("https://cdn.example/live/main.m3u8", Provider.HLS, "https://cdn.example/live/main.m3u8"),
        ("https://cdn.example/live/MAIN.M3U8?token=1", Provider.HLS, "https://cdn.example/live/MAIN.M3U8?token=1"),
        ("https://meet.jit.si/SMC2020", Provider.JITSI, "https://meet.jit.si/SMC2020"),
        ("https://seongnam.example/jitsi/SMC2020", Provider.JITSI, "https://seongnam.example/jitsi/SMC2020"),
        ("https://jitsi.seongnam.example/SMC2020", Provider.JITSI, "https://jitsi.seongnam.example/SMC2020"),
        ("https://us02web.zoom.us/w/123456789?tk=a", Provider.ZOOM, None),
        ("https://zoom.us/j/123456789", Provider.ZOOM, None),
        ("https://live.bilibili.com/123", Provider.LINK, None),
    ],
)
def test_other_providers_are_known_by_their_addresses(url: str, provider: Provider, embedded: str | None) -> None:
    assert (provider_of(url), embed_address(provider, url)) == (provider, embedded)


@given(st.text())
def test_whatever_is_pasted_is_of_some_provider(url: str) -> None:
    assert provider_of(url) in Provider
    assert (provider_of(url) is Provider.YOUTUBE) == (video_id(url) is not None)
