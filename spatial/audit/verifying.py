"""Verifications are part of the audit: each is recorded, the last one is what the pages show."""

import logging
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from spatial.audit.actions import record_event
from spatial.audit.models import Kind
from spatial.audit.verification import Verification, verify

log = logging.getLogger(__name__)


def verify_and_record(
    who: str, folders: Iterable[Path], since: datetime | None = None
) -> Verification:
    """Verify, and write down what came of it; what is wrong is an error of the log as well."""
    found = verify(folders, since)
    details = {**found.summary(), "since": since.isoformat() if since else None}
    record_event(Kind.AUDIT_VERIFIED, who, subject="audit", details=details)
    for finding in found.findings:
        log.error("audit: %s", finding)
    return found
