"""The vault: what is written is sealed, carried on, found, and opened only where it belongs."""

import pytest
from django.contrib.gis.geos import Polygon
from django.db import IntegrityError, connection, transaction

from spatial.hazards.models import HazardSite
from spatial.housing.models import Right
from spatial.parcels.actions import split_parcel
from spatial.parcels.models import Building, Parcel
from spatial.sealed.actions import seal
from spatial.sealed.errors import BrokenSeal, KeyMissing, WrongKey
from spatial.sealed.fields import column_of, sealed_fields
from spatial.sealed.keys import make_key
from spatial.sealed.models import BlindIndex, SealedValue
from spatial.sealed.queries import codes_named_in, masks_of, open_values, places_of
from spatial.sealed.rules.sealing import is_token
from spatial.versions.actions import apply, undo
from spatial.versions.edits import Action, Edit, VersionConflict
from tests.factories import change, moment, open_feature, personal, spot, square, unguarded

HOLDER = column_of(Parcel, Parcel._meta.get_field("right_holder"))
EVERY = [
    column_of(model, field)
    for model in (Parcel, Building, HazardSite)
    for field in sealed_fields(model)
]

pytestmark = pytest.mark.django_db


def replace(at, **values):
    apply(change(at), Parcel, [Edit(Action.REPLACE, "P1", {"geom": square(), **values})])
    return Parcel.objects.current().get(code="P1")


def test_a_register_holds_tokens_alone():
    parcel = open_feature(right_holder="张三丰", location="人民路")
    assert is_token(parcel.right_holder)
    assert personal(parcel, "right_holder") == "张三丰"
    assert masks_of([parcel.right_holder]) == {parcel.right_holder: "张**"}
    kept = SealedValue.objects.get()
    assert (kept.register, kept.column, kept.code) == ("parcels.parcel", "right_holder", "P1")
    assert "张三丰".encode() not in bytes(kept.ciphertext)


def test_nobody_has_no_token():
    assert open_feature(right_holder="").right_holder == ""
    assert not SealedValue.objects.exists()


def test_the_database_refuses_plain_texts(owner):
    with pytest.raises(IntegrityError, match="sealed"), transaction.atomic():
        Parcel.objects.create(
            code="P9", right_holder="张三", geom=square(), valid="[2020-01-01,)", opened_by=change(moment(2020))
        )  # fmt: skip


def test_what_stays_the_same_has_the_same_token_and_is_written_once():
    first = open_feature(right_holder="张三丰", land_use="0701")
    second = replace(moment(2021), right_holder="张三丰", land_use="0702")
    third = replace(moment(2022), right_holder="李四")
    assert first.right_holder == second.right_holder != third.right_holder
    assert SealedValue.objects.count() == 2
    undo(third.opened_by, who="t", why="误登")
    assert personal(Parcel.objects.current().get(code="P1"), "right_holder") == "张三丰"


def test_the_parts_of_a_parcel_have_its_holder_under_tokens_of_their_own():
    whole = open_feature(right_holder="张三丰", geom=square(0, 0, 100))
    (west, south), (east, north) = whole.geom[0][0], whole.geom[0][2]
    parts = {
        code: Polygon.from_bbox((a, south, b, north))
        for code, a, b in (("P2", west, west + 50), ("P3", west + 50, east))
    }
    for part in parts.values():
        part.srid = whole.geom.srid
    split_parcel(change(moment(2021)), "P1", parts)
    found = list(Parcel.objects.current().order_by("code"))
    assert [personal(one, "right_holder") for one in found] == ["张三丰", "张三丰"]
    assert len({whole.right_holder, *(one.right_holder for one in found)}) == 3


def test_a_token_of_another_code_is_sealed_anew():
    first = open_feature(right_holder="张三丰")
    other = open_feature(code="P2", right_holder=first.right_holder, geom=square(50))
    assert other.right_holder != first.right_holder
    assert personal(other, "right_holder") == "张三丰"
    assert SealedValue.objects.count() == 2


def test_a_text_that_looks_like_a_token_is_sealed_like_any_other():
    first = open_feature(right_holder="张三丰")
    forged = str.__str__(first.right_holder)
    other = open_feature(code="P2", right_holder="" + forged, geom=square(50))
    assert personal(other, "right_holder") == forged


@pytest.mark.parametrize(
    "name", ["张", "长" * 200, "阿不都·热合曼", "Ғалым Қуаныш", "𠮷野家", "a\tb\\c"]
)
def test_any_name_comes_back_as_it_was(name):
    parcel = open_feature(right_holder=name)
    assert personal(parcel, "right_holder") == name
    assert [place.code for place in places_of(f" {name} ", EVERY)] == ["P1"]


def test_a_name_and_a_number_are_found_in_every_register_at_once():
    open_feature(right_holder="张三丰、李四")
    open_feature(Building, "B1", owner="张 三丰")
    open_feature(HazardSite, "H1", name="后山", kind="landslide", monitor="张三丰", monitor_phone="138-1234 5678", geom=spot())  # fmt: skip
    found = {(p.register, p.column, p.code) for p in places_of("张三丰", EVERY)}
    assert found == {
        ("parcels.parcel", "right_holder", "P1"),
        ("parcels.building", "owner", "B1"),
        ("hazards.hazardsite", "monitor", "H1"),
    }
    assert [p.code for p in places_of("李四", EVERY)] == ["P1"]
    assert [p.column for p in places_of("+86 13812345678", EVERY)] == ["monitor_phone"]
    assert (
        places_of("张三", EVERY) == places_of("", EVERY) == places_of("13812345678", [HOLDER]) == []
    )


def test_a_ciphertext_moved_to_another_row_does_not_open(owner):
    first = open_feature(right_holder="张三丰")
    second = replace(moment(2021), right_holder="李四")
    other = open_feature(code="P2", right_holder="王五", geom=square(50))
    move = "UPDATE sealed_sealedvalue SET ciphertext = (SELECT ciphertext FROM sealed_sealedvalue WHERE token = %s) WHERE token = %s"
    for donor, taker in ((first, other), (first, second)):  # of another code; of the same
        with connection.cursor() as cursor:
            cursor.execute(move, [donor.right_holder, taker.right_holder])
        with pytest.raises(BrokenSeal, match=taker.code):
            personal(taker, "right_holder")


def test_a_token_moved_to_another_row_does_not_open(owner):
    parcel = open_feature(right_holder="张三丰")
    other = open_feature(code="P2", right_holder="王五", geom=square(50))
    with unguarded(Parcel):
        Parcel.objects.filter(pk=other.pk).update(right_holder=parcel.right_holder)
    other.refresh_from_db()
    with pytest.raises(BrokenSeal, match="P2"):
        personal(other, "right_holder")


def test_a_value_that_the_vault_lost_is_no_empty_value():
    parcel = open_feature(right_holder="张三丰")
    SealedValue.objects.all().delete()
    with pytest.raises(BrokenSeal):
        personal(parcel, "right_holder")
    assert masks_of([parcel.right_holder]) == {parcel.right_holder: "**"}


@pytest.mark.parametrize("name", ["token-1", "index-1", "vault-1"])
def test_a_lost_key_and_a_wrong_one_are_named(name, settings, tmp_path):
    parcel = open_feature(right_holder="张三丰")
    keys, settings.SEALING_KEYS = settings.SEALING_KEYS, tmp_path
    for path in keys.glob("*.key"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    lost = (tmp_path / f"{name}.key").rename(tmp_path / "away")
    with pytest.raises(KeyMissing, match=name):
        personal(parcel, "right_holder")
    with pytest.raises(KeyMissing, match=name), transaction.atomic():
        replace(moment(2021), right_holder="李四")
    make_key(name)
    with pytest.raises(WrongKey, match=name):
        personal(parcel, "right_holder")
    with pytest.raises(WrongKey, match=name), transaction.atomic():
        replace(moment(2021), right_holder="李四")
    (tmp_path / f"{name}.key").write_text("not a key")
    with pytest.raises(WrongKey, match=name):
        personal(parcel, "right_holder")
    lost.replace(tmp_path / f"{name}.key")
    assert personal(parcel, "right_holder") == "张三丰"
    with pytest.raises(FileExistsError):
        make_key(name)


def test_a_key_is_for_its_owner_alone(settings, tmp_path):
    settings.SEALING_KEYS = tmp_path / "keys"
    path = make_key("vault-1")
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert [p.name for p in path.parent.iterdir()] == ["vault-1.key"]


@pytest.mark.parametrize("why", ["张三丰过户", "致电 138 1234 5678 核实", "原监测人李四光去世"])
def test_a_reason_names_nobody_of_the_codes_that_it_is_about(why):
    values = {"name": "后山", "kind": "landslide", "geom": spot()}
    open_feature(HazardSite, "H1", monitor="李四光", **values)
    edit = Edit(
        Action.REPLACE, "H1", {**values, "monitor": "张三丰", "monitor_phone": "13812345678"}
    )
    with pytest.raises(VersionConflict, match="H1：事由"), transaction.atomic():
        apply(change(moment(2021), why), HazardSite, [edit])
    written = change(moment(2021), "更换监测人，王五报来")
    apply(written, HazardSite, [edit])
    with pytest.raises(VersionConflict, match="H1：事由"), transaction.atomic():
        undo(written, who="t", why=why)
    undo(written, who="t", why="误登")


def test_placeholders_and_offices_are_no_names():
    open_feature(right_holder="国有")
    open_feature(code="P2", right_holder="国土局", geom=square(50))
    assert codes_named_in(["国有土地划拨，国土局办理"], [HOLDER]) == []
    replace(moment(2021), right_holder="国有", location="1")


def test_a_certificate_may_be_quoted_in_a_reason():
    """Its number names a document, as a reason must; a person's number beside it is refused."""
    number = "湘（2020）涟源市不动产权第0001234号"
    certificate = column_of(Right, Right._meta.get_field("certificate"))
    seal(certificate, ["R1"], [number])
    seal(HOLDER, ["P1"], ["张三丰"])
    assert [place.code for place in places_of(number, [certificate])] == ["R1"]
    assert codes_named_in([f"凭{number}核对"], [certificate, HOLDER]) == []
    assert codes_named_in([f"张三丰凭{number}核对"], [certificate, HOLDER])


def test_many_are_sealed_in_a_few_statements(django_assert_max_num_queries):
    codes = [f"P{i}" for i in range(300)]
    with django_assert_max_num_queries(8):
        tokens = seal(HOLDER, codes, ["张三丰"] * 299 + [""])
    assert len(set(tokens)) == 300
    assert tokens[-1] == ""
    assert BlindIndex.objects.values("digest").distinct().count() == 1
    with django_assert_max_num_queries(3):
        assert seal(HOLDER, codes, ["张三丰"] * 299 + [""]) == tokens
    assert set(open_values(HOLDER, list(zip(codes, tokens, strict=True)))) == {"张三丰", ""}
