"""Parsers that a sheet has got the better of. A child imports this, so it imports little."""

import ctypes


def fall(*_details: object) -> None:
    ctypes.string_at(0)


def stumble(*_details: object) -> None:
    raise IndexError("row of b@canary.example")
