"""Free text never identifies a patient: what looks like it does is refused, told by its kind and never repeated.

Contact data is refused with it: people see each other's after a meeting is agreed, as far as both consent.

What is looked for has a form of its own (a registration number with its check digit, an address) or a word beside it
(a passport number, a chart number, a date of birth): days, times, amounts and product numbers pass. Every pattern
reads a text once, with gaps of a bounded length.
"""

import re
import unicodedata
from collections.abc import Callable

from matchmaking.errors import IdentifiesPatient

Check = Callable[[re.Match[str]], bool]

# Full-width forms become ASCII, all kinds of dashes "-"; what cannot be seen goes.
_DASHES = "\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\ufe58\ufe63\uff0d"
_UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_PLAIN = (
    {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    | {ord(dash): "-" for dash in _DASHES}
    | dict.fromkeys(map(ord, _UNSEEN))
    | {0x3000: " ", 0xA0: " ", 0x2007: " ", 0x202F: " "}
)
_JAMO = re.compile("[\u1100-\u11ff]+")

_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)


def _resident(match: re.Match[str]) -> bool:
    """Written with its hyphen a number is one (since October 2020 the last digit checks nothing); else if it checks."""
    front, hyphen, back = match.group("front", "hyphen", "back")
    if "-" in hyphen:
        return True
    if not (front + back).isdecimal():
        return False
    digits = [int(digit) for digit in front + back]
    rest = sum(weight * digit for weight, digit in zip(_WEIGHTS, digits, strict=False)) % 11
    return digits[-1] in {(11 - rest) % 10, (13 - rest) % 10}  # citizens, foreigners


def _any(_match: re.Match[str]) -> bool:
    return True


_BIRTHDAY = r"(?P<front>\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))"
_GAP = r"[\s:：#.=()]{0,6}"
_NO = r"(?:number|no\b|num\b|nr\b|#|번호)?"
_NUMBER = r"(?!(?:19|20)\d\d(?!\d))[a-z]{0,3}-?\d{4,12}(?!\d)"
_DAY = (
    r"(?:(?:19|20)?\d\d[\s./년-]{1,3}\d{1,2}[\s./월-]{1,3}\d{1,2}(?!\d)"
    r"|\d{1,2}[\s./-]{1,2}\d{1,2}[\s./-]{1,2}(?:19|20)\d\d(?!\d)"
    r"|\d{1,2}(?:st|nd|rd|th)?[\s.-]{1,2}[a-z]{3,9}[\s.,-]{1,2}(?:19|20)\d\d(?!\d)"
    r"|[a-z]{3,9}[\s.]{1,2}\d{1,2}(?:st|nd|rd|th)?[\s,]{1,2}(?:19|20)\d\d(?!\d)"
    r"|(?:19|20)\d{6}(?!\d)|\d{6}(?!\d))"
)
# Days and times: what a number after "call" may not be.
_NO_DAY = r"(?!(?:19|20)\d\d[\s\-./]|\d{1,2}[-./]\d{1,2}[-./](?:19|20)\d\d)"
_TIME = r"(?:[01]\d|2[0-3])[0-5]\d"
# Others that register: "사업자등록번호" is a company's.
_OTHERS = (
    *("사업자", "특허", "상표", "디자인", "제품", "품목", "의약품", "법인", "기기", "인증", "기관"),
    *("업체", "업자", "업", "수출", "수입", "차량", "참가", "주민", "외국인"),
)
_NOT_THEIRS = "".join(f"(?<!{word}등록)(?<!{word} 등록)" for word in _OTHERS)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


KINDS: tuple[tuple[str, re.Pattern[str], Check], ...] = (
    (
        "resident_number",
        _pattern(rf"(?<!\d){_BIRTHDAY}(?P<hyphen>[ \t]?-?[ \t]?)(?P<back>[1-4][\d*x●○]{{6}})(?!\d)"),
        _resident,
    ),
    (
        "foreigner_number",
        _pattern(rf"(?<!\d){_BIRTHDAY}(?P<hyphen>[ \t]?-?[ \t]?)(?P<back>[5-8][\d*x●○]{{6}})(?!\d)"),
        _resident,
    ),
    (
        "passport_number",
        # All up to the first digit at once, then a look back at the letters that belong to the number.
        _pattern(
            r"(?:passport|여권)[^\n\d]{0,22}+"
            r"(?:(?:(?<=[^a-z][a-z])|(?<=[^a-z][a-z]{2}))\d{6,8}|(?<=[^a-z][a-z])\d{3}[a-z]\d{4}|(?<![a-z])\d{9})"
            r"(?![a-z\d])"
        ),
        _any,
    ),
    ("phone_number", _pattern(r"(?<![a-z\d_-])01[016789][-. ]?\d{3,4}[-. ]?\d{4}(?![a-z\d])"), _any),
    (
        "phone_number",
        _pattern(r"(?<![\d.,/:-])\(?0(?:2|[3-6]\d|70|80|50\d?)(?:\)[-. ]?|[-. ])\d{3,4}[-. ]\d{4}(?!\d)"),
        _any,
    ),
    (
        "phone_number",
        _pattern(r"(?<![\d+])(?:\+\d(?:[-. ()]{0,2}\d){2}|00[1-9]\d{0,2}[-. ])(?:[-. ()]{0,2}\d){6,12}(?!\d)"),
        _any,
    ),
    ("phone_number", _pattern(r"(?<!\d)(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-.]\d{4}(?![-.]?\d)"), _any),
    (
        "phone_number",
        _pattern(
            r"(?:\btel\b|phone|mobile|\bcell\b|\bcall\b|\bfax\b|whats\s?app|전화|연락처|휴대폰|핸드폰|팩스)"
            rf"[^\n\d]{{0,12}}{_NO_DAY}(?!{_TIME} ?- ?{_TIME}(?!\d))\d(?:[-. ()]{{0,2}}\d){{6,14}}(?!\d)"
        ),
        _any,
    ),
    ("mail_address", _pattern(r"[\w.+%-]@[\w-]{1,63}\.[a-z가-힣]{2}"), _any),
    (
        "chart_number",
        _pattern(
            rf"(?:(?:차트|챠트|병록|진료|환자)\s?(?:등록\s?)?번호|등록{_NOT_THEIRS}\s?번호|\bmrn\b"
            r"|\b(?:medical[ -]record|patient(?:'s)?(?: id)?|chart|hospital(?: id)?)"
            rf"[ .]?(?:number|no\b|num\b|id\b|#)){_GAP}{_NO}(?:is|은|는)?{_GAP}{_NUMBER}"
        ),
        _any,
    ),
    (
        "birth_date",
        _pattern(
            rf"(?:생년월일|출생일|생일|date of birth|birth ?da(?:y|te)|\bd\.?o\.?b\b\.?|\bborn\b)"
            rf"(?: on| is|은|는|이)?{_GAP}(?:on |is )?{_DAY}"
        ),
        _any,
    ),
    (
        "birth_date",
        _pattern(
            r"(?<!\d)(?:19|20)?\d\d[\s./년-]{1,3}\d{1,2}[\s./월-]{1,3}\d{1,2}일?\.?\s?"
            r"생(?:$|(?=[^가-힣]|[이입으의인남여]))"
        ),
        _any,
    ),
)


def what_identifies(text: str) -> tuple[str, ...]:
    """The kinds of what the text holds that could say who a patient is; () if there is nothing."""
    if not text:
        return ()
    if not text.isascii():
        text = _JAMO.sub(lambda jamo: unicodedata.normalize("NFC", jamo[0]), text.translate(_PLAIN))
    found = (kind for kind, pattern, check in KINDS if any(map(check, pattern.finditer(text))))
    return tuple(dict.fromkeys(found))


def check_note(text: str) -> None:
    """Refuse a free text that could say who a patient is.

    Raises:
        IdentifiesPatient: with the kinds of what was found.
    """
    found = what_identifies(text)
    if found:
        raise IdentifiesPatient(found=list(found))
