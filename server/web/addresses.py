"""Addresses within this site."""

import re
from urllib.parse import unquote

LONGEST = 300
START = "/"
_PATH = re.compile(r"/(?:[!-.0-\[\]-~][!-\[\]-~]*)?")  # printable ASCII without backslash, and no second slash first


def local_path(text: str | None) -> str:
    """The text if it leads to a page of this site, once decoded too; else the start."""
    if not text or len(text) > LONGEST:
        return START
    for candidate in (text, unquote(text), unquote(unquote(text))):
        if not _PATH.fullmatch(candidate):
            return START
    return text
