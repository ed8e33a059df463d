"""A new key for the vault: both live meanwhile, it goes on where it ended, twice works."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from spatial.parcels.models import Parcel
from spatial.sealed import rotation
from spatial.sealed.actions import seal
from spatial.sealed.errors import KeyMissing
from spatial.sealed.fields import column_of
from spatial.sealed.keys import make_key
from spatial.sealed.models import SealedValue
from spatial.sealed.queries import open_values, places_of
from tests.factories import open_feature, personal

HOLDER = column_of(Parcel, Parcel._meta.get_field("right_holder"))
CODES = [f"P{i}" for i in range(25)]
NAMES = [f"某{i}" for i in range(25)]

pytestmark = pytest.mark.django_db


@pytest.fixture
def keys(settings, tmp_path):
    """Keys of its own: the first of the tests', and whatever a rotation makes."""
    for path in settings.SEALING_KEYS.glob("*.key"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    settings.SEALING_KEYS = tmp_path
    return tmp_path


@pytest.fixture
def tokens(keys, monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 10)
    monkeypatch.setattr(rotation, "SELECT", rotation.SELECT.replace("5000", "10"))
    return seal(HOLDER, CODES, NAMES)


def rotate(*options):
    said = StringIO()
    call_command("rotate_sealing_key", *options, stdout=said)
    return said.getvalue()


def names(tokens):
    return open_values(HOLDER, list(zip(CODES, tokens, strict=True)))


def test_twice_and_nothing_but_ciphertexts_is_another(keys, tokens):
    before = dict(SealedValue.objects.values_list("token", "ciphertext"))
    assert "vault-2" in rotate()
    assert rotation.sealed_by() == {2: 25}
    (keys / "vault-1.key").unlink()  # the old one may go
    assert names(tokens) == NAMES
    rotate()
    assert rotation.sealed_by() == {3: 25}
    after = dict(SealedValue.objects.values_list("token", "ciphertext"))
    assert before.keys() == after.keys()
    assert not set(map(bytes, before.values())) & set(map(bytes, after.values()))
    assert names(tokens) == NAMES
    assert [place.code for place in places_of("某7", [HOLDER])] == ["P7"]
    assert seal(HOLDER, CODES, NAMES) == tokens


def test_broken_off_it_is_readable_and_goes_on(keys, tokens):
    class EndedError(Exception):
        pass

    def end(number):
        raise EndedError

    rotation.make_next_key()
    with pytest.raises(EndedError):
        rotation.rewrite(progress=end)
    assert rotation.sealed_by() == {1: 15, 2: 10}
    assert names(tokens) == NAMES
    fresh = open_feature(code="X", right_holder="新来")
    assert personal(fresh, "right_holder") == "新来"
    assert rotation.sealed_by() == {1: 15, 2: 11}
    assert "vault-3" not in rotate()
    assert rotation.sealed_by() == {2: 26}
    assert names(tokens) == NAMES


def test_the_key_first_for_other_machines(keys, tokens):
    rotate("--make")
    assert rotation.sealed_by() == {1: 25}
    assert "vault-1.key: 25" in rotate("--status")
    assert "vault-3" not in rotate()
    assert rotation.sealed_by() == {2: 25}


def test_without_the_old_key_it_stops_and_says_which(keys, tokens):
    rotation.make_next_key()
    (keys / "vault-1.key").unlink()
    with pytest.raises(CommandError, match=r"vault-1\.key"):
        rotate()
    assert rotation.sealed_by() == {1: 25}
    with pytest.raises(KeyMissing, match=r"vault-1\.key"):
        names(tokens)


def test_a_broken_ciphertext_stops_it_by_name(keys, tokens):
    SealedValue.objects.filter(token=tokens[3]).update(ciphertext=b"x" * 40)
    with pytest.raises(CommandError, match="parcels.parcel P3"):
        rotate()


def test_first_keys_are_made_once_and_never_beside_lost_ones(settings, tmp_path, keys):
    def made():
        said = StringIO()
        call_command("make_sealing_keys", stdout=said)
        return re.findall(r"(\S+)\.key", said.getvalue())

    assert made() == []
    seal(HOLDER, ["P1"], ["张三"])
    (keys / "token-1.key").unlink()
    with pytest.raises(CommandError, match=r"token-1\.key"):
        made()
    assert not (keys / "token-1.key").exists()
    with pytest.raises(FileExistsError):
        make_key("index-1")
