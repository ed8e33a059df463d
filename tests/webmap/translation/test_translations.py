"""Chinese is the source; English is complete, and its compiled form is of today."""

import re

import pytest
from django.contrib.auth.models import User
from django.utils.translation import gettext, ngettext, override

from tests.factories import open_feature
from webmap.management.commands.translations import MO, PO, current, untranslated, written
from webmap.translation.messages import chinese, in_python, in_template, messages

PLACE = re.compile(r"%\(\w+\)[sd]")


@pytest.fixture(scope="module")
def catalogue():
    """The texts of today's sources, collected once, with their translations."""
    return current()


def test_every_text_has_an_english_translation(catalogue):
    assert untranslated(catalogue) == []


def test_the_catalogue_on_disk_is_of_todays_sources(catalogue):
    po, mo = written(catalogue)
    hint = "run manage.py translations"
    assert PO.read_bytes() == po, hint
    assert MO.read_bytes() == mo, hint


def test_translations_keep_their_placeholders(catalogue):
    for message in catalogue:
        if not message.id:
            continue
        source = message.id if isinstance(message.id, str) else message.id[0]
        english = [message.string] if isinstance(message.string, str) else message.string
        for text in english:
            assert sorted(PLACE.findall(source)) == sorted(PLACE.findall(text)), source


def test_english_is_not_chinese(catalogue):
    wrong = [m.id for m in catalogue if m.id and chinese(str(m.string))]
    assert wrong == []


def test_translations_are_safe_inside_a_script_of_the_page(catalogue):
    assert [m.string for m in catalogue if m.id and '"' in str(m.string)] == []


@pytest.mark.parametrize(
    "template, found",
    [
        ('{% translate "甲" %}', ["甲"]),
        ("{% translate '甲' %}{% trans \"乙\" as x %}", ["甲", "乙"]),
        ("{% blocktranslate with n=x %}共 {{ n }} 个{% endblocktranslate %}", ["共 %(n)s 个"]),
        (
            "{% blocktranslate count n=x %}一{% plural %}{{ n }} 个{% endblocktranslate %}",
            [("一", "%(n)s 个")],
        ),
        ("{% translate variable %} 裸文字", []),
    ],
)
def test_templates_are_read(template, found):
    assert list(in_template("{% load i18n %}" + template)) == found


def test_python_is_read():
    source = 'a = _("甲")\nb = gettext_lazy("乙" "丙")\nc = ngettext("一", "多", n)\nd = _(x)\n'
    assert list(in_python(source)) == ["甲", "乙丙", ("一", "多")]


def test_messages_come_from_templates_python_and_data():
    found = messages()
    assert "webmap/templates/registration/login.html" in found["用户名"]
    assert "用户名或密码不正确。" in found
    assert "宗地" in found


def test_english_is_spoken():
    with override("en"):
        assert gettext("登录") == "Sign in"
        one, two = (
            ngettext("%(n)s 个版本", "%(n)s 个版本", number) % {"n": number} for number in (1, 2)
        )
    assert (one, two) == ("1 version", "2 versions")
    with override("zh-hans"):
        assert gettext("登录") == "登录"


def visible(html):
    """The text of a page without markup and programs."""
    html = re.sub(r"<(script|style|svg)\b.*?</\1>", "", html, flags=re.S)
    return re.sub(r"<[^>]+>", " ", html)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/accounts/login/", "/admin/", "/admin/versions/change/"])
def test_pages_in_english_hold_no_chinese(client, settings, path):
    settings.LANGUAGE_COOKIE_NAME = "django_language"
    client.cookies["django_language"] = "en"
    if path.startswith("/admin/"):
        client.force_login(User.objects.create_superuser("chief"))
    text = visible(client.get(path).text).replace("简体中文", "")
    assert not re.findall(r"[\u4e00-\u9fff]+", text)


@pytest.mark.django_db
def test_a_record_in_english_holds_no_chinese_but_its_data(client):
    version = open_feature(code="P1")
    client.force_login(User.objects.create_superuser("chief"))
    client.cookies["django_language"] = "en"
    text = visible(client.get(f"/admin/parcels/parcel/{version.pk}/change/").text)
    left = set(re.findall(r"[\u4e00-\u9fff]+", text))
    assert left <= {"测试", "分类标准", "权利人"}  # the reason of the change; fields not published


@pytest.mark.django_db
def test_the_language_switch_switches(client):
    response = client.post("/i18n/setlang/", {"language": "en", "next": "/accounts/login/"})
    assert response.url == "/accounts/login/"
    assert '<html lang="en"' in client.get("/accounts/login/").text
