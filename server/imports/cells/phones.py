"""Telephone numbers: E.164 where the number is one of its country, else as written."""

import phonenumbers

from server.imports.findings import Reading, note


def read_phone(text: str, country: str | None) -> Reading[str | None]:
    """E.164 by the numbering plan of the country code, or of `country` for a number without one."""
    if not text:
        return Reading(None)
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        number = None
    if number is not None and phonenumbers.is_valid_number(number):
        written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        return Reading(f"{written};ext={number.extension}" if number.extension else written)
    return Reading(text, (note("phone_unverified", "No number of the numbering plan; kept as written."),))
