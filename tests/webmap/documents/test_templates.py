"""Every template is set with awkward values; what is wrong with one is said with file and line."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader

from webmap.documents import installing, templates
from webmap.documents.errors import FontMissing, TemplateFault
from webmap.documents.samples import LATIN, LONG, MARKUP, SAMPLES, awkward
from webmap.documents.templates import kinds
from webmap.documents.typesetting import fonts, typeset


@pytest.fixture(autouse=True)
def _own(settings, tmp_path):
    """No templates of a city but those of the test."""
    settings.DOCUMENT_TEMPLATES = tmp_path / "in-force"


def text_of(pdf: bytes) -> str:
    """The text without breaks, as lines and cells wrap anywhere."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return "".join("".join(page.extract_text() for page in pages).split()).replace("\u200b", "")


def written(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("kind", SAMPLES)
def test_awkward_values_are_data_and_never_markup(kind):
    data, files = awkward(kind)
    text = text_of(typeset(kinds()[kind].template, data, files))
    for value in (MARKUP, LONG[:40]):
        assert "".join(value.split()) in text
    if kind != "sheets":
        assert LATIN in text


def test_nothing_leaves_the_page():
    data, files = awkward("record")
    for page in PdfReader(io.BytesIO(typeset("record.typ", data, files))).pages:
        right = float(page.mediabox.right)
        rights = []
        page.extract_text(
            visitor_text=lambda text, cm, tm, font, size, rights=rights: rights.append(
                tm[4] * cm[0] + cm[4]
            )
        )
        assert max(rights) < right - 60


def test_a_template_that_does_not_compile_is_named_with_its_line(tmp_path):
    own = written(
        tmp_path / "own", "record.typ", '#import "base.typ": *\n#show: paged\n#doc.nowhere\n'
    )
    with pytest.raises(TemplateFault, match=r"模板 record\.typ:3 "):
        installing.check_templates(own)


def test_a_template_with_a_slip_of_the_pen_is_named_with_its_line(tmp_path):
    own = written(tmp_path / "own", "case.typ", '#import "base.typ": *\n\n#let x = (\n')
    with pytest.raises(TemplateFault, match=r"case\.typ:3"):
        installing.check_templates(own)


def test_what_does_not_compile_is_not_put_in_force(tmp_path, settings):
    good = written(
        tmp_path / "good", "record.typ", '#import "base.typ": *\n市府模板 #doc.heading\n'
    )
    assert installing.install_templates(good) == ["record.typ"]
    bad = written(tmp_path / "bad", "record.typ", "#doc.heading\n")
    with pytest.raises(TemplateFault, match=r"record\.typ:1"):
        installing.install_templates(bad)
    data, files = awkward("record")
    assert "市府模板" in text_of(typeset("record.typ", data, files))


def test_a_packages_name_is_refused(tmp_path):
    own = written(tmp_path / "own", "record.typ", '\n#import "@preview/cetz:0.2.0"\n')
    with pytest.raises(TemplateFault, match=r"record\.typ:2"):
        installing.check_templates(own)


def test_a_font_that_is_not_there_is_named(tmp_path):
    own = written(
        tmp_path / "own",
        "statistics.typ",
        '#import "base.typ": *\n#text(font: "方正小标宋")[#doc.heading]\n',
    )
    with pytest.raises(FontMissing, match="方正小标宋"):
        installing.check_templates(own)


def test_a_machine_without_the_fonts_says_so(settings, tmp_path):
    settings.DOCUMENT_FONTS = tmp_path
    fonts.cache_clear()
    data, files = awkward("statistics")
    try:
        with pytest.raises(FontMissing, match="script/bootstrap"):
            typeset("statistics.typ", data, files)
    finally:
        fonts.cache_clear()


def test_a_template_sees_no_file_outside_its_folder(tmp_path):
    own = written(tmp_path / "own", "record.typ", '#read("../../../../etc/hostname")\n')
    with pytest.raises(TemplateFault):
        installing.check_templates(own)


def test_a_citys_kinds_stand_over_the_projects(tmp_path, settings):
    written(
        Path(settings.DOCUMENT_TEMPLATES),
        "kinds.toml",
        '[record]\ntitle="档"\ntitle_en="R"\nnumber="甲{year}-{serial:04d}"\ntemplate="record.typ"\n',
    )
    assert kinds()["record"].number_of(2026, 7) == "甲2026-0007"
    assert kinds()["case"].title == "城市管理案件卷宗"


@pytest.mark.parametrize("number", ["{year}", "{serial}", "{year}{what}", "甲"])
def test_a_form_of_number_that_would_give_one_twice_is_refused(tmp_path, number):
    own = written(
        tmp_path / "own",
        "kinds.toml",
        f'[record]\ntitle="档"\ntitle_en="R"\nnumber="{number}"\ntemplate="record.typ"\n',
    )
    with pytest.raises(TemplateFault, match=r"kinds\.toml"):
        templates.kinds([own])


def test_a_folder_without_templates_is_refused(tmp_path):
    with pytest.raises(TemplateFault):
        installing.install_templates(tmp_path)


@pytest.mark.slow(reason="a process of its own loads the site")
def test_the_site_loads_no_typesetter():
    code = (
        "import os, sys, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'; django.setup();"
        "import webmap.urls; from django.urls import resolve; resolve('/documents/sheets');"
        "print([name for name in ('typst', 'folium') if name in sys.modules])"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=root, timeout=120
    )
    assert done.stdout.strip() == "[]", done.stderr[-2000:]
