"""Who reads English reads English: every page that the site answers with, and the API's."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.contrib.auth.models import User
from django.test import Client

from layers.declarations.registry import all_layers
from tests.factories import spot
from tests.pages import all_pages, api_pages

CHINESE = re.compile("[\u4e00-\u9fff]+[^<>]*")
READ = ("title", "alt", "placeholder", "aria-label")
UNREAD = ("script", "style", "template")
VOID = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr")
ENGLISH = {"Accept-Language": "en-GB,en;q=0.9,zh;q=0.5"}


class Reading(HTMLParser):
    """The texts of a page that a reader of English comes upon: what is marked Chinese is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.texts: list[str] = []

    @property
    def is_read(self) -> bool:
        """Whether what comes now is for the reader's eyes, in the page's language."""
        return all(read for _tag, read in self.open)

    def handle_starttag(self, tag, attrs):
        """Read the attributes, and go into the element."""
        given = dict(attrs)
        language = given.get("lang") or ""
        read = tag not in UNREAD and not language.startswith("zh")
        if self.is_read and read:
            self.texts += [given[name] or "" for name in READ if name in given]
        if tag not in VOID:
            self.open.append((tag, read))

    def handle_endtag(self, tag):
        """Come out of the element, and of those that were left open in it."""
        if tag in [name for name, _read in self.open]:
            while self.open.pop()[0] != tag:
                pass

    def handle_data(self, data):
        """Read the text."""
        if self.is_read:
            self.texts.append(data)


def chinese_in(html: str) -> Iterator[str]:
    """The Chinese that a reader of the page in English comes upon."""
    reading = Reading()
    reading.feed(html)
    for text in reading.texts:
        yield from (found.strip() for found in CHINESE.findall(text))


def test_what_is_not_marked_as_chinese_is_found():
    page = '<p title="甲">a</p><img alt="乙"><p lang="zh">丙<b>丁</b></p><p>戊</p><script>"己"</script>'
    assert list(chinese_in(page)) == ["甲", "乙", "戊"]


@pytest.mark.slow(reason="opens every page as whoever may")
def test_every_page_is_english_for_who_reads_english(town):
    pages = [*all_pages(**ENGLISH), *api_pages(**ENGLISH)]
    assert len(pages) > 40
    faults = {(p.path, t) for p in pages for t in chinese_in(p.html)}
    assert "\n".join(sorted(f"{path}: {text}" for path, text in faults)) == ""
    assert [p.path for p in pages if 'lang="en"' not in p.html] == []


def test_every_record_is_english_for_who_reads_english(town):
    client = Client(headers=ENGLISH)
    client.force_login(User.objects.create_superuser("english"))
    faults, read = set(), set()
    for layer in all_layers():
        row = layer.model.objects.current().order_by("code").first()
        for path in [f"/panel/{layer.id}/{row.code}", f"/sharing/{layer.id}"] if row else ():
            answer = client.get(path)
            if answer.status_code == 200:
                read.add(layer.id)
                faults |= {(path, text) for text in chinese_in(answer.content.decode())}
    here = "/here?lon={}&lat={}".format(*spot(20, 20).transform(4326, clone=True).coords)
    for path in (here, "/search?q=人民路", "/overview/general", "/nowhere", "/panel/nowhere/1"):
        faults |= {(path, text) for text in chinese_in(client.get(path).content.decode())}
    assert len(read) > 5
    assert "\n".join(sorted(f"{path}: {text}" for path, text in faults)) == ""
