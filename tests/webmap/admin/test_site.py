"""The administrator pages as one: deletions one by one, each in the audit; what they refuse."""

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


@pytest.mark.parametrize(
    "page",
    [
        "parcels/parcel/?land_use=%00",  # a filter of ours
        "webmap/accountevent/?kind__exact=%00",  # and one of Django's
        "webmap/accountevent/?at__year=99999999999999999999",
    ],
)
def test_a_filter_by_what_no_column_holds_is_refused(root, page):
    assert root.get(f"/admin/{page}").status_code == 400
