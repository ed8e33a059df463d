"""A procedure of some forty lines and the pages that it gets: what a profession would declare."""

import re

from django.contrib.auth.models import Group, User
from django.test import Client

from spatial.casework import procedures
from tests.spatial.casework.procedure import CLERK, EXAMINER, HEAD, PERMIT
from webmap.web import professions
from webmap.web.procedure_pages import FieldKind, FormField, ProcedurePages
from webmap.web.professions import Profession

APPLICANT = "申请人"
KINDS = (("new", "新建"), ("more", "扩建"))
AREA = FormField("area", "面积", FieldKind.NUMBER, is_needed=True)
PAGES = ProcedurePages(
    PERMIT.id,
    {
        "apply": (
            AREA,
            FormField("kind", "种类", FieldKind.CHOICE, choices=KINDS),
            FormField("starts", "开工", FieldKind.DAY),
        )
    },
)
LIST = "/matters/test-permit/"
PEOPLE = {"li": CLERK, "wang": EXAMINER, "sun": EXAMINER, "zhao": HEAD, "zhang": APPLICANT}


def make_known(monkeypatch, pages=PAGES) -> None:
    """The site knows the procedure and its pages for as long as a test runs."""
    others = tuple(one for one in professions.professions() if one.id != "permits")
    every = (*others, Profession("permits", "许可", position=90, procedures=(pages,)))
    monkeypatch.setitem(procedures._procedures, PERMIT.id, PERMIT)
    monkeypatch.setattr(professions, "professions", lambda: every)
    monkeypatch.setattr("webmap.web.navigation.professions", lambda: every)


def make_people() -> None:
    """An account for everybody who has a part, and one for somebody who has none."""
    for name, role in {**PEOPLE, "nobody": ""}.items():
        user = User.objects.create_user(name, first_name=name.title())
        if role:
            user.groups.add(Group.objects.get_or_create(name=role)[0])


class Desk(Client):
    """A browser that fills in the forms that it is shown."""

    def form(self, code, action, path="act"):
        """The hidden inputs of a form of a matter's page; none: it is not offered."""
        page = self.get(f"{LIST}{code}").text
        for body in re.findall(
            rf'<form method="post" action="{LIST}{code}/{path}".*?</form>', page, re.S
        ):
            hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', body))
            if hidden.get("name", "") == action:
                return hidden
        return None

    def send(self, code, action, path="act", **values):
        """Send a form as it is shown, or by hand where it is not."""
        hidden = self.form(code, action, path) or {"sent": path, "name": action}
        return self.post(f"{LIST}{code}/{path}", {**hidden, **values})

    def begin(self, title="建房", **values):
        """Begin a matter; returns its number."""
        answer = self.post(f"{LIST}new", {"title": title, "area": "120", "kind": "new", **values})
        assert answer.status_code == 302, answer.text
        return answer["Location"].rsplit("/", 1)[1]
