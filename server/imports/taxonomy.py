"""A sheet of a taxonomy -> staged records, a term each."""

from collections.abc import Mapping
from dataclasses import replace

from server.imports.cells.names import read_name
from server.imports.findings import Finding, note, stop
from server.imports.header import fields_of, find_header
from server.imports.reading import read_sheets
from server.imports.records import Edition, Staged, StagedCategory
from server.imports.rows import data_rows
from server.imports.staging import LISTS, RowReader, by_row
from server.imports.text import code_key, script_language

LONGEST_CODE = 64


def stage_taxonomy(
    data: bytes, filename: str, edition: Edition, mapping: Mapping[str, str] | None = None, sheet: str | None = None
) -> Staged[StagedCategory]:
    """Every term of a file, and all findings in one pass. `mapping`: {column title: field}.

    Raises an ImportRefused if the file holds no list at all.
    """
    header, left_out = find_header(read_sheets(data, filename), "taxonomy", mapping, sheet)
    findings: list[Finding] = list(left_out)
    records: dict[str, StagedCategory] = {}
    for row in (RowReader(row, edition) for row in data_rows(header, findings)):
        record = _record(row)
        if record is not None:
            first = records.setdefault(record.key, record)
            if first is not record:
                _say_repeated(row, record, first)
        findings += row.findings
    return Staged(header, tuple(records.values()), by_row(findings))


def _record(row: RowReader) -> StagedCategory | None:
    code = row.row["code"]
    if not code or len(code) > LONGEST_CODE:
        problem = stop("identity_missing", "The row has no code.")
        if code:
            problem = stop("code_too_long", f"A code has at most {LONGEST_CODE} letters.")
        row.say("code", problem)
        return None
    names = _names(row)
    if not names:
        row.say("name", note("name_missing", "No name in any language; the code is shown instead."))
    return StagedCategory(
        row=row.row.number,
        keys=(code_key(code),),
        code=code,
        parent=row.row["parent"] or None,
        names=names or {script_language(code): code},
        synonyms=_synonyms(row),
        findings=tuple(row.findings),
    )


def _names(row: RowReader) -> dict[str, str]:
    """{language: name}; a column that names no language goes by the script."""
    names = {
        language: name for field, language in _columns("name") if (name := row.take(field, read_name(row.row[field])))
    }
    if name := row.take("name", read_name(row.row["name"])):
        names.setdefault(script_language(name), name)
    return names


def _synonyms(row: RowReader) -> dict[str, tuple[str, ...]]:
    found = {language: LISTS.split(row.row[field]) for field, language in _columns("synonyms")}
    for word in LISTS.split(row.row["synonyms"]):
        language = script_language(word)
        found[language] = tuple(dict.fromkeys([*found.get(language, ()), word]))
    return {language: words for language, words in found.items() if words}


def _columns(what: str) -> list[tuple[str, str]]:
    """(field, language) of the columns that name one."""
    return [(field, field.rpartition(".")[2]) for field in fields_of("taxonomy") if field.startswith(f"{what}.")]


def _say_repeated(row: RowReader, record: StagedCategory, first: StagedCategory) -> None:
    if replace(record, row=first.row, findings=first.findings) == first:
        row.say("code", note("row_repeated", f"The same term stands in row {first.row}."))
    else:
        row.say("code", stop("code_repeated", f"Row {first.row} has the same code for another term."))
