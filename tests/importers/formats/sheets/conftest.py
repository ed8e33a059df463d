import pytest

from importers.formats.sheets.open import open_csv, open_sheet
from importers.values.table import Ask
from tests.importers.formats.sheets.workbooks import write_xlsx


@pytest.fixture
def ask(tmp_path):
    folder = tmp_path / "scratch"
    folder.mkdir()
    return lambda *wanted, encoding="": Ask(folder, wanted, encoding)


@pytest.fixture
def csv_table(tmp_path, ask):
    def opened(text, *wanted, name="表.csv", encoding="utf-8", asked=""):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
        return open_csv(path, ask(*wanted, encoding=asked))

    return opened


@pytest.fixture
def sheet_table(tmp_path, ask):
    def opened(rows, *wanted, merged=(), name="表.xlsx"):
        sheets = rows if isinstance(rows, dict) else {"Sheet1": rows}
        spans = merged if isinstance(merged, dict) else {next(iter(sheets)): merged}
        path = write_xlsx(tmp_path / name, sheets, spans)
        return open_sheet(path, ask(*wanted))

    return opened
