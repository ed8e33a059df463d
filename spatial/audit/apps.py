"""The audit: what was done, chained so that nothing is taken away or changed unseen."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_save


class AuditConfig(AppConfig):
    """Makes the triggers of every audited table after a migrate."""

    name = "spatial.audit"
    label = "audit"
    verbose_name = "审计"

    def ready(self) -> None:
        """Hook the triggers to migrations, and requests to rows."""
        from spatial.audit.announcing import announce
        from spatial.audit.triggers import install_audit

        post_migrate.connect(install_audit, sender=self, dispatch_uid="audit-triggers")
        pre_save.connect(announce, dispatch_uid="audit-origin")
