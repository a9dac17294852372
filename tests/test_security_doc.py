"""docs/security.md: every requirement has one row, and what a row names as its proof exists."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCUMENT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
# The ids of OWASP ASVS 5.0.0, levels 1 and 2: 70 and 183 of them.
ASKED = (ROOT / "tests" / "asvs_5.0.0_l1_l2.txt").read_text(encoding="utf-8").split()
TOP_TEN = [f"API{number}" for number in range(1, 11)]
STATUSES = {"met", "not met", "not applicable"}
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
SECTION = re.compile(r"`([\w/]+\.md)#([\w-]+)`")


def rows() -> list[tuple[str, str, str]]:
    """The id, the status and the proof of each row."""
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in DOCUMENT.splitlines()]
    return [(row[0], row[2], row[3]) for row in cells if re.fullmatch(r"\d+\.\d+\.\d+|API\d+", row[0])]


@cache
def functions_of(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(node.name for node in functions if node.name.startswith("test_"))


@cache
def sections_of(path: str) -> frozenset[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings)


def missing(proof: str) -> list[str]:
    """What a text names and is not there."""
    tests = [f"{path}::{name}" for path, name in TEST.findall(proof) if not exists(path, name)]
    return tests + [f"{path}#{at}" for path, at in SECTION.findall(proof) if at not in sections_of(path)]


def exists(path: str, name: str) -> bool:
    return (ROOT / path).is_file() and name in functions_of(path)


def test_every_requirement_has_one_row_and_every_row_its_requirement() -> None:
    assert len(set(ASKED)) == len(ASKED) == 70 + 183
    assert [row[0] for row in rows()] == [*TOP_TEN, *ASKED]


def test_every_row_has_a_status_and_a_word_about_it() -> None:
    assert [row for row in rows() if row[1] not in STATUSES or len(row[2]) < 5] == []


def test_what_is_met_names_a_test_or_a_section() -> None:
    assert [name for name, status, proof in rows() if status == "met" and not proves(proof)] == []


def proves(proof: str) -> bool:
    return bool(TEST.search(proof) or SECTION.search(proof))


def test_every_test_and_section_that_is_named_is_there() -> None:
    assert missing(DOCUMENT) == []
    named = {path for path, _ in TEST.findall(DOCUMENT)}
    assert len(named) > 40
    nothing = "`tests/test_security_doc.py::test_nothing`, `tests/nowhere.py::test_x`, `SECURITY.md#nowhere`"
    assert missing(nothing) == [
        "tests/test_security_doc.py::test_nothing",
        "tests/nowhere.py::test_x",
        "SECURITY.md#nowhere",
    ]


def test_links_lead_somewhere() -> None:
    links = re.findall(r"\]\((?!https:)([^)#]*)#?([^)]*)\)", DOCUMENT)
    assert len(links) >= 5
    assert [(path, at) for path, at in links if not leads(path or "security.md", at)] == []


def leads(path: str, at: str) -> bool:
    """Whether a link in the document leads to a file, and to a section if it names one."""
    file = (ROOT / "docs" / path).resolve()
    return file.is_file() and (not at or at in sections_of(file.relative_to(ROOT).as_posix()))


def test_the_introduction_counts_what_the_tables_say() -> None:
    counted = Counter(status for name, status, _ in rows() if name not in TOP_TEN)
    told = re.search(
        r"Of (\d+) requirements (\d+) are met, (\d+)\s+are not met, and (\d+) are not applicable", DOCUMENT
    )
    assert told is not None
    assert [int(number) for number in told.groups()] == [
        sum(counted.values()),
        *(counted[status] for status in ("met", "not met", "not applicable")),
    ]
