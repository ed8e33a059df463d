"""When borders have moved: the features near them are looked up anew, as a job."""

import logging

from django_tasks import task

from layers.jobs.leases import is_to_be_repeated, repeatable, unfinished
from spatial.base.models import District
from spatial.versions.districts import has_moved, has_pending, renew

log = logging.getLogger(__name__)


@task()
@repeatable
def renew_districts() -> dict[str, int]:
    """Look up the districts of what lies near moved borders; returns how many changed by register."""
    return renew(District, _log)


def queue_renewal() -> bool:
    """Queue the job if borders have moved, or it has failed, and none is waiting or at work."""
    path = renew_districts.module_path
    if unfinished(path) or not (has_moved() or is_to_be_repeated(path)):
        return False
    renew_districts.enqueue()
    return True


def queue_backfill() -> bool:
    """Queue the job if there are features of which no district was ever looked up."""
    if not has_pending() or unfinished(renew_districts.module_path):
        return False
    renew_districts.enqueue()
    return True


def _log(register: str, done: int, due: int) -> None:
    log.info("districts of %s: %d of %d", register, done, due)
