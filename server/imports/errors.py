"""What stops a file before its rows are looked at.

ImportRefused
├── EmptyFile              no bytes, or no cell with text
├── FileTooLarge           bytes, unpacked bytes, rows, columns or cells above the cap
├── SheetTooHeavy          reading takes too long or too much memory
├── NotASheet              a picture, a PDF, a web page, a damaged workbook
├── SheetEncrypted         protected by a password
├── CharsetUnknown         text in no charset we can tell
├── HeaderNotFound         no row names the columns
├── SheetNotFound          the sheet asked for is not in the workbook
└── MappingRefused         a mapping names a column or a field that does not exist

Findings of severity `stop` are no exceptions: they are gathered in one pass and answered together.
"""


class ImportRefused(Exception):
    """A file that cannot be staged. `code` is stable, `str()` says what is wrong, `remedy` what to do."""

    code = "import_refused"
    remedy = "Send the list as XLSX, XLS, ODS or CSV."

    def __init__(self, message: str, remedy: str | None = None) -> None:
        super().__init__(message)
        if remedy is not None:
            self.remedy = remedy


class EmptyFile(ImportRefused):
    code = "empty_file"
    remedy = "Check that the right file was chosen and that it was saved."


class FileTooLarge(ImportRefused):
    code = "file_too_large"
    remedy = "Split the list into several files, or remove empty formatted rows and columns, and import each."


class SheetTooHeavy(ImportRefused):
    code = "sheet_too_heavy"
    remedy = "Copy the list alone, as values, into a new file, or split it into several, and import each."


class NotASheet(ImportRefused):
    code = "not_a_sheet"
    remedy = "Open it in a spreadsheet program and save it as XLSX, or export it as CSV."


class SheetEncrypted(ImportRefused):
    code = "sheet_encrypted"
    remedy = "Remove the password in the spreadsheet program and save it again."


class CharsetUnknown(ImportRefused):
    code = "charset_unknown"
    remedy = "Save the file as XLSX, or as CSV in UTF-8."


class HeaderNotFound(ImportRefused):
    code = "header_not_found"
    remedy = "Give the columns titles such as 기업명/company or 이메일/e-mail, or pass a mapping of titles to fields."


class SheetNotFound(ImportRefused):
    code = "sheet_not_found"
    remedy = "Name one of the sheets of the workbook."


class MappingRefused(ImportRefused):
    code = "mapping_refused"
    remedy = "A mapping is {column title: field}, with the titles as they stand in the sheet."


REFUSALS: tuple[type[ImportRefused], ...] = (ImportRefused, *ImportRefused.__subclasses__())
