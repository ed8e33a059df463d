"""A table as CSV: known as UTF-8, streamed, and no cell of it a formula."""

from decimal import Decimal

from webmap.web.spreadsheets import csv_answer, plain_cell


def test_a_table_is_streamed_row_by_row():
    asked = []

    def rows():
        for number in range(3):
            asked.append(number)
            yield ("=1+1", number, Decimal("-5.000"))

    answer = csv_answer("a.csv", ("名称", "数", "米"), rows())
    assert answer["Content-Disposition"] == 'attachment; filename="a.csv"'
    lines = iter(answer.streaming_content)
    assert next(lines).decode("utf-8-sig") == "名称,数,米\r\n"
    assert asked == []
    assert next(lines) == b"'=1+1,0,-5.000\r\n"
    assert asked == [0]


def test_only_texts_can_be_formulas():
    assert [plain_cell(c) for c in ("=1", "+1", "-1", "@a", "\ta")] == [
        "'=1",
        "'+1",
        "'-1",
        "'@a",
        "'\ta",
    ]
    assert [plain_cell(c) for c in ("市政", -1, None, "")] == ["市政", -1, None, ""]
