import pytest

from importers.errors import DeliveryRefused
from importers.formats.opening import open_table
from importers.values.table import Ask
from tests.importers.files import plots


@pytest.fixture
def fgb(tmp_path):
    path = tmp_path / "a.fgb"
    plots(300, 高度=1.5).to_file(path, driver="FlatGeobuf", SPATIAL_INDEX="NO")
    return path


def test_rows_come_in_batches_with_the_crs_of_the_header(fgb, tmp_path):
    table = open_table(fgb, Ask(tmp_path))
    batches = list(table.batches(["code", "高度"], 100))
    assert [len(rows.numbers) for rows in batches] == [100, 100, 100]
    assert [rows.numbers[0] for rows in batches] == [1, 101, 201]
    assert batches[2].columns["code"][-1] == "P299"
    assert (table.crs, table.features) == ("EPSG:4546", 300)


@pytest.mark.parametrize("share", [0.3, 0.95])
def test_a_cut_file_is_refused(fgb, tmp_path, share):
    fgb.write_bytes(fgb.read_bytes()[: int(fgb.stat().st_size * share)])
    with pytest.raises(DeliveryRefused, match="只读到|出错|打不开"):
        list(open_table(fgb, Ask(tmp_path)).batches(["code"]))


@pytest.mark.parametrize("content", [b"<OGRVRTDataSource/>", b"fgb\x02fgb\x00", b"x"])
def test_what_is_no_flatgeobuf_is_refused(tmp_path, content):
    (tmp_path / "a.fgb").write_bytes(content)
    with pytest.raises(DeliveryRefused, match="不是 FlatGeobuf"):
        open_table(tmp_path / "a.fgb", Ask(tmp_path))
