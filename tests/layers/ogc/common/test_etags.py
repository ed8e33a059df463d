"""Validators as clients send them back."""

import pytest

from layers.ogc.common.etags import version_in


@pytest.mark.parametrize(
    ("tag", "version"),
    [
        ('"12.7-abc"', 12),
        (' "12.7-abc"', 12),
        ('W/"12.7-abc"', None),  # what a compressing proxy makes of it; never a strong match
        ('"abc"', None),
        ("*", None),
        ('"' + "9" * 30 + '.1-a"', None),
    ],
)
def test_a_tag_names_its_version(tag, version):
    assert version_in(tag) == version
