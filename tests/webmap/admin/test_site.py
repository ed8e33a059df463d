"""What is kept on the administrator pages is deleted one by one, and each act is in the audit."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import User

from spatial.audit.models import AuditEvent, Kind
from spatial.calendars.models import SpecialDay

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(client):
    client.force_login(User.objects.create_superuser("root"))
    return client


def test_no_page_deletes_several_at_once(root, rf):
    request = rf.get("/")
    request.user = User.objects.get()
    several = {
        model._meta.label
        for model, page in admin.site._registry.items()
        if "delete_selected" in page.get_actions(request)
    }
    assert several == set()
    made = [User.objects.create_user(name) for name in ("lin", "wang")]
    form = {"action": "delete_selected", "_selected_action": [u.pk for u in made], "post": "yes"}
    root.post("/admin/auth/user/", form)
    assert User.objects.count() == 3


def test_one_that_is_deleted_is_in_the_audit(root):
    day = SpecialDay.objects.create(day="2099-10-01", is_workday=False, name="国庆", source="x")
    root.post(f"/admin/calendars/specialday/{day.pk}/delete/", {"post": "yes"})
    event = AuditEvent.objects.get(kind=Kind.ADMINISTRATION)
    assert (event.subject, event.details["act"]) == (SpecialDay._meta.db_table, "deleted")
