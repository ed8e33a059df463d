"""Personal numbers within words are masked, codes of the city are not."""

import doctest

import pytest

from layers.access import masking


def test_examples_hold():
    assert doctest.testmod(masking).failed == 0


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("电话13800138000", "电话138****8000"),
        ("138-0013-8000 找老李", "138****8000 找老李"),
        ("0738-4433221", "073****3221"),
        ("身份证43250119900101123X", "身份证4****X"),
        ("案件 4313822026113000023", "案件 4313822026113000023"),
        ("部件4313820103000123缺失", "部件4313820103000123缺失"),
        ("11 月 30 日 09:55，12 路车站", "11 月 30 日 09:55，12 路车站"),
        ("", ""),
    ],
)
def test_numbers_within_words(text, shown):
    assert masking.masked_within(text) == shown
