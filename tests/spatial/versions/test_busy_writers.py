"""Whoever is at a register for too long is named; a renewal ends and can be begun again."""

import pytest
from django.db.utils import OperationalError

from spatial.base.models import Road
from spatial.versions import districts


def test_a_writer_who_stays_ends_the_renewal_by_name(monkeypatch):
    def is_locked(*_: object) -> int:
        raise OperationalError("lock timeout")

    monkeypatch.setattr(districts, "_write", is_locked)
    monkeypatch.setattr(districts, "PAUSE_S", 0)
    with pytest.raises(districts.WritersBusy, match=r"base\.road"):
        districts._renew(Road, [1])
