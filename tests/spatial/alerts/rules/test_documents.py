"""CAP documents: the files of others as they are accepted or refused, and our own back again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.alerts.rules.documents import MOST_BYTES, Unreadable, read, write
from spatial.alerts.rules.faults import faults
from spatial.alerts.rules.messages import AlertCircle
from tests.spatial.alerts.rules.samples import FOLDER, RING, alert, area, info

REFUSED = {"invalid.cap": "schema", "xee.cap": "doctype"}
WRONG = {"canada_errors.cap": ["references"]}
GOOD = sorted(path.name for path in FOLDER.glob("*.cap") if path.name not in {*REFUSED, *WRONG})


@pytest.mark.parametrize("name", GOOD)
def test_good_messages_of_others_are_accepted_and_written_back(name):
    message = read((FOLDER / name).read_bytes())
    assert faults(message) == []
    assert read(write(message)) == message


def test_there_are_good_messages():
    assert len(GOOD) >= 9


@pytest.mark.parametrize("name, rule", REFUSED.items())
def test_documents_that_cannot_be_read_name_the_rule(name, rule):
    with pytest.raises(Unreadable) as refused:
        read((FOLDER / name).read_bytes())
    assert refused.value.rule == rule


@pytest.mark.parametrize("name, rules", WRONG.items())
def test_messages_that_the_schema_passes_name_their_faults(name, rules):
    assert [fault.rule for fault in faults(read((FOLDER / name).read_bytes()))] == rules


@pytest.mark.parametrize(
    "document, rule",
    [
        (b"<alert", "well-formed"),
        (b"", "well-formed"),
        ("暴雨预警".encode("gbk"), "well-formed"),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'/>", "namespace"),
        (b"x" * (MOST_BYTES + 1), "size"),
    ],
)
def test_rubbish_is_refused(document, rule):
    with pytest.raises(Unreadable) as refused:
        read(document)
    assert refused.value.rule == rule


@pytest.mark.parametrize("old, new, rule", [
    ("2026-06-17T12:00:00+08:00", "2026-06-17T04:00:00Z", "schema"),
    ("2026-06-17T12:00:00+08:00", "2026-06-17T12:00:00,08:00", "schema"),
    ("27.600000,111.600000", "27.6 111.6", "position"),
    ("27.600000,111.600000", "north,east", "position"),
])  # fmt: skip
def test_what_is_written_wrongly_is_refused(old, new, rule):
    document = write(alert("a", info(area(polygons=(RING,))))).decode()
    assert old in document
    with pytest.raises(Unreadable) as refused:
        read(document.replace(old, new, 1).encode())
    assert refused.value.rule == rule


texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp"),
                              exclude_characters="\ufffe\uffff"), min_size=1, max_size=30)  # fmt: skip


@given(texts, texts, st.floats(0, 500).map(lambda km: float(f"{km:g}")))
def test_what_is_written_is_read_again(headline, description, radius):
    message = alert(
        "a",
        info(
            area("431382", polygons=(RING,), circles=(AlertCircle((111.6, 27.6), radius),)),
            headline=headline,
            description=description,
        ),
    )
    assert read(write(message)) == message
