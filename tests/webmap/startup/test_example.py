"""``.env.example`` names every variable and follows the declarations."""

import re

import pytest
from django.core.management import CommandError, call_command

from webmap.management.commands import env_example
from webmap.startup.environment import Environment
from webmap.startup.example import EXAMPLE_FILE, example_text
from webmap.startup.reading import read_environment

ENTRY = re.compile(r"^#([A-Z_]+)=(.*)$", re.MULTILINE)


def test_every_variable_is_listed_with_its_default():
    listed = dict(ENTRY.findall(example_text()))
    assert listed.keys() == Environment.model_fields.keys()
    assert read_environment(listed) == Environment()


def test_each_has_its_meaning_in_both_languages():
    for name, field in Environment.model_fields.items():
        said = field.json_schema_extra
        assert re.search("[一-鿿]", said["zh"]), name
        assert not re.search("[一-鿿]", said["en"]), name


def test_the_committed_file_is_fresh_and_an_old_one_is_refused(tmp_path, monkeypatch):
    call_command("env_example", "--check")
    other = tmp_path / ".env.example"
    monkeypatch.setattr(env_example, "EXAMPLE_FILE", other)
    with pytest.raises(CommandError, match="env_example"):
        call_command("env_example", "--check")
    call_command("env_example")
    assert other.read_bytes() == EXAMPLE_FILE.read_bytes()
