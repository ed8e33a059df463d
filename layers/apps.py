"""Everything that leaves: layers, catalogue, OGC API, tiles."""

from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.db import transaction
from django.db.models.signals import post_migrate, pre_migrate

from layers.roles import Role


class LayersConfig(AppConfig):
    """Django's entry for this floor; keeps the published views in step with migrations."""

    name = "layers"
    label = "layers"
    verbose_name = "图层与共享"
    roles = Role

    def ready(self) -> None:
        """Hook the views to migrations."""
        from django_tasks.signals import task_finished, task_started

        from grid.cases.clock_tasks import add_duty
        from layers.declarations.audiences import fields_seen
        from layers.declarations.known_roles import check_roles
        from layers.declarations.registry import when_changed
        from layers.jobs import leases
        from layers.reading.features import feature_model
        from layers.reading.offices import forget_page_shares
        from layers.reading.publish import drop_views_for, make_views
        from layers.reading.reading import route_by
        from layers.reading.revisions import server_of
        from layers.reading.shares import forget_shares
        from layers.sharing.applications import DATA_APPLICATION
        from spatial.base.models import District
        from spatial.casework.procedures import register_procedure
        from spatial.versions.audiences import seen_by
        from spatial.versions.signals import revised

        seen_by(fields_seen)
        checks.register(check_declarations)
        for forget in (forget_shares, forget_page_shares, feature_model.cache_clear):
            when_changed(forget)
        route_by(server_of)
        checks.register(check_roles)
        pre_migrate.connect(drop_views_for, sender=self, dispatch_uid="layers-drop-views")
        post_migrate.connect(make_views, sender=self, dispatch_uid="layers-make-views")
        post_migrate.connect(on_migrated, sender=self, dispatch_uid="layers-districts")
        revised.connect(on_revised, dispatch_uid="layers-webhooks")
        revised.connect(on_districts_revised, sender=District, dispatch_uid="layers-districts")
        task_started.connect(leases.take_lease, dispatch_uid="layers-job-begins")
        task_finished.connect(leases.let_go, dispatch_uid="layers-job-ends")
        register_procedure(DATA_APPLICATION)
        add_duty("applications", _applications)
        add_duty("jobs", leases.take_up)
        add_duty("finished jobs", leases.forget_finished)
        add_duty("webhooks", _webhooks)
        add_duty("processes", _processes)
        add_duty("borders", _districts)
        add_duty("words", _words)


def check_declarations(**_: Any) -> list[checks.Error]:
    """Refuse a start with declarations that contradict each other: a system check."""
    from layers.declarations import registry
    from layers.declarations.faults import faults

    registry.all_layers()
    return [
        checks.Error(str(fault), id="layers.E001")
        for fault in faults(registry.declared(), registry.modules_of())
    ]


def _applications() -> None:
    from layers.sharing.actions import expire_applications

    expire_applications()


def _webhooks() -> None:
    from layers.webhooks.jobs import take_up_lost

    take_up_lost()


def _processes() -> None:
    from layers.ogc.processes.jobs import remove_expired

    remove_expired()


def _districts() -> None:
    from layers.jobs.districts import queue_renewal

    queue_renewal()


def _words() -> None:
    from layers.search.reading_words import queue_reading

    queue_reading()


def on_migrated(using: str = "default", **_: Any) -> None:
    """After a migrate: features of an earlier release have their districts looked up by a job."""
    from layers.jobs.districts import queue_backfill
    from layers.reading.publish import tables_are_todays

    if using == "default" and tables_are_todays(using):
        queue_backfill()


def on_districts_revised(**_: Any) -> None:
    """Borders may be moving: once that is committed, look at what lies near them."""
    transaction.on_commit(_districts, robust=True)


def on_revised(register: str, **_: Any) -> None:
    """A register is being changed: once that is committed, tell who asked to be told."""

    def told() -> None:
        from layers.webhooks.webhooks import queue_messages

        queue_messages(register)

    transaction.on_commit(told, robust=True)
