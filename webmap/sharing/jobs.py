"""Jobs of the auditor's pages."""

from django.conf import settings
from django_tasks import task

from layers.jobs.leases import repeatable
from spatial.audit.verifying import verify_and_record

BY_CLOCK = "run_clocks"


@task()
@repeatable
def verify_audit(who: str = BY_CLOCK) -> None:
    """Verify the whole audit, and write down what came of it."""
    verify_and_record(who, settings.AUDIT_HEADS)
