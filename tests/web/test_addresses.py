from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.web.addresses import LONGEST, local_path

HERE = "https://madang.example/sign-in"


@pytest.mark.parametrize(
    "path", ["/", "/c/smc-2020", "/c/smc-2020/people?state=sent#invitations", "/host/trail?after=2-a"]
)
def test_paths_of_this_site_lead_there(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "c/smc-2020",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/%2Fevil.example",
        "%2F%2Fevil.example",
        "/%5Cevil.example",
        "/%252Fevil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/%09/evil.example",
        "/%0d%0aSet-Cookie:a=b",
        " //evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/\0",
        "/" + "a" * LONGEST,
    ],
)
def test_everything_else_leads_to_the_start(text: str | None) -> None:
    assert local_path(text) == "/"


@given(st.text(alphabet=st.sampled_from("/\\%25FfCc09aAdD:@.?#\t\n\r evil")) | st.text())
def test_no_text_leads_away(text: str) -> None:
    path = local_path(text)
    assert urlsplit(urljoin(HERE, path))[:2] == ("https", "madang.example")
    assert path[:2] not in ("//", "/\\")
