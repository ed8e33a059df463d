"""What a notice says: its template, filled in, in the language of whoever reads it.

A template ``notices/{name}.txt`` has the title in its first line and the text below; it knows the
values of the order, and by ``about`` the code of the subject. It is plain text, escaped where it is
shown.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.template import Context, TemplateDoesNotExist, engines
from django.utils import translation
from django.utils.translation import gettext as _

from spatial.casework.titles import texts_shown
from spatial.outbox.topics import all_topics

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class NoticeText:
    """A title of one line, and a text that may be empty."""

    title: str
    body: str


def rendered(
    template: str,
    topic: str,
    about: tuple[str, str],
    values: Mapping[str, Any],
    level: int,
    language: str,
) -> NoticeText:
    """A notice in a language; one whose template is gone names its topic and its subject."""
    with translation.override(language):
        try:
            found: Any = engines["django"].get_template(f"notices/{template}.txt")
            said = texts_shown(about[0], values)
            context = Context({**said, "about": about[1]}, autoescape=False)
            text = found.template.render(context).strip()
        except TemplateDoesNotExist:
            log.warning("no template notices/%s.txt", template)
            text = f"{title_of(topic)} {about[1]}".strip()
        title, _newline, body = text.partition("\n")
        if level:
            title = _("【逾时未读】%(title)s") % {"title": title}
    return NoticeText(title.strip(), body.strip())


def title_of(topic: str) -> str:
    """The title of a topic in the present language; its id where it is declared no more."""
    titles = {one.id: str(one.title) for one in all_topics()}
    return titles.get(topic, topic)
