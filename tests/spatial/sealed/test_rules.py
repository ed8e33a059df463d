"""Formats, masks, the searched form of values, tokens and ciphertexts: vectors."""

import doctest

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from spatial.sealed.rules import formats, normalising, sealing
from spatial.sealed.rules.formats import Kind, format_of, mask, passes_check
from spatial.sealed.rules.normalising import normalised, search_terms
from spatial.sealed.rules.sealing import (
    BLOCK,
    TOKEN_LENGTH,
    bound_to,
    decrypt,
    encrypt,
    is_token,
    search_digest,
    token_of,
)

KEY = bytes(range(32))
PLACE = bound_to("parcels.parcel", "right_holder", "P1")


@pytest.mark.parametrize("module", [formats, normalising, sealing])
def test_examples_hold(module):
    assert doctest.testmod(module).failed == 0


def test_a_token_is_the_same_for_ever():
    assert token_of(KEY, PLACE, "张三丰") == "seal:gCc-BNB61SkWWW7akGc-gxYdLf4ygy5CnjffeIeKU8M"
    assert len(token_of(KEY, PLACE, "Ж" * 200)) == TOKEN_LENGTH


def test_a_token_is_of_its_register_column_code_and_value():
    places = [
        ("parcels.parcel", "right_holder", "P1"),
        ("parcels.building", "right_holder", "P1"),
        ("parcels.parcel", "owner", "P1"),
        ("parcels.parcel", "right_holder", "P2"),
    ]
    found = {
        token_of(KEY, bound_to(*place), value) for place in places for value in ("张三", "李四")
    }
    assert len(found) == 8
    assert all(map(is_token, found))
    assert not is_token("张三")


def test_a_ciphertext_opens_where_it_belongs_and_nowhere_else():
    cipher = AESGCM(KEY)
    sealed = encrypt(cipher, PLACE, "张三丰")
    assert decrypt(cipher, PLACE, sealed) == "张三丰"
    assert decrypt(cipher, bound_to("parcels.parcel", "right_holder", "P2"), sealed) is None
    assert decrypt(AESGCM(KEY[::-1]), PLACE, sealed) is None
    for changed in (b"", sealed[:-1], sealed[:20] + bytes([sealed[20] ^ 1]) + sealed[21:]):
        assert decrypt(cipher, PLACE, changed) is None


def test_equal_values_have_other_ciphertexts_and_short_names_one_length():
    cipher = AESGCM(KEY)
    assert encrypt(cipher, PLACE, "张三") != encrypt(cipher, PLACE, "张三")
    lengths = {len(encrypt(cipher, PLACE, name)) for name in ("张", "张三", "张三丰", "欧阳修明")}
    assert lengths == {12 + BLOCK + 16}


def test_a_digest_is_of_its_kind():
    vector = "474b6407d98e39ed36d44dad79508c1a6c074320af99574bb210f02769e6bca8"
    assert search_digest(KEY, "id_number", "11010519491231002X").hex() == vector
    assert search_digest(KEY, "account", "11010519491231002X").hex() != vector


@pytest.mark.parametrize(
    ("kind", "written", "searched"),
    [
        ("name", " 张 三　丰 ", "张三丰"),
        ("name", "ＪＯＨＮ Smith", "johnsmith"),
        ("name", "阿不都‧热合曼", "阿不都·热合曼"),
        ("name", "阿不都・热合曼", "阿不都·热合曼"),
        ("name", "Ғалым\u200b", "ғалым"),
        ("name", "\u3000", ""),
        ("telephone", "０７３８－４４３３２２１", "07384433221"),
        ("telephone", "(0738) 4433221", "07384433221"),
        ("telephone", "0086 138 1234 5678", "13812345678"),
        ("telephone", "86138", "86138"),
        ("id_number", "110105 19491231 002x", "11010519491231002X"),
        ("account", "6222 0202-0001 1234 567", "6222020200011234567"),
        ("certificate", "湘〔2026〕涟源市不动产权第0000001号", "湘(2026)涟源市不动产权第0000001号"),
    ],
)
def test_what_is_searched(kind, written, searched):
    assert normalised(kind, written) == searched


def test_each_of_several_owners_is_found():
    assert search_terms("name", "张三，李 四/王五") == ["张三,李四/王五", "张三", "李四", "王五"]
    assert search_terms("name", "——") == ["——"]
    assert search_terms("telephone", "--") == []
    assert len(search_terms("name", "、".join(f"某{i}" for i in range(500)))) <= 51


@pytest.mark.parametrize(
    ("number", "holds"),
    [
        ("11010519491231002X", True),
        ("431382199003070016", True),
        ("431382199003070017", False),
    ],
)
def test_check_digits_of_identity_cards(number, holds):
    assert passes_check("gb11643", number) is holds
    assert (format_of(Kind.ID_NUMBER, number).title == "公民身份号码（18 位）") is holds


@pytest.mark.parametrize(
    ("kind", "value", "title"),
    [
        (Kind.ID_NUMBER, "432503490307001", "公民身份号码（15 位旧号）"),
        (Kind.ID_NUMBER, "H0123456", "其他证件号"),
        (Kind.TELEPHONE, "0738-4433221", "固定电话"),
        (Kind.TELEPHONE, "12345", "其他电话"),
        (Kind.ACCOUNT, "4111 1111 1111 1111", "银行账号（带校验位的卡号）"),
        (Kind.ACCOUNT, "4111 1111 1111 1112", "银行账号（对公与存折）"),
        (Kind.CERTIFICATE, "湘（2026）涟源市不动产权第0000001号", "不动产权证书、不动产登记证明号"),
        (Kind.CERTIFICATE, "沪（2018）徐字不动产权第015979号", "不动产权证书、不动产登记证明号"),
        (Kind.CERTIFICATE, "涟房权证字第 12 号", "其他证号"),
    ],
)
def test_formats(kind, value, title):
    assert format_of(kind, value).title == title


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        (Kind.NAME, "", ""),
        (Kind.NAME, "  ", ""),
        (Kind.NAME, "张", "**"),
        (Kind.NAME, "张三", "张**"),
        (Kind.NAME, "欧阳修", "欧阳**"),
        (Kind.NAME, "欧阳", "欧**"),
        (Kind.NAME, "阿不都·热合曼", "阿**"),
        (Kind.NAME, "John Smith", "J**"),
        (Kind.NAME, "𠮷野", "𠮷**"),
        (Kind.NAME, "长" * 200, "长**"),
        (Kind.TELEPHONE, "13812345678", "138****5678"),
        (Kind.TELEPHONE, "+86 138-1234-5678", "138****5678"),
        (Kind.TELEPHONE, "12345", "**"),
        (Kind.ID_NUMBER, "11010519491231002x", "1****X"),
        (Kind.ID_NUMBER, "432503490307001", "4****1"),
        (Kind.ACCOUNT, "6222 0202 0001 1234 567", "****4567"),
        (Kind.CERTIFICATE, "湘（2026）涟源市不动产权第0000001号", "湘**"),
    ],
)
def test_masks(kind, value, shown):
    assert mask(kind, value) == shown
    if len(value.strip()) > 1:
        assert normalised(kind, value) not in shown
