"""Grid city management."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from grid.roles import GridRole


class GridConfig(AppConfig):
    """Django's entry for this floor; rule tables that hold nothing are filled."""

    name = "grid"
    label = "grid"
    verbose_name = "网格化管理"
    roles = GridRole

    def ready(self) -> None:
        """Have empty rule tables filled, and clocks set anew when the calendar changes."""
        from grid.cases.clock_tasks import add_duty
        from grid.cases.clocks import recompute
        from grid.cases.photos import sweep
        from grid.cases.procedure import CASES
        from grid.cases.queries import tasks_in_hand
        from grid.rules.rulebook import seed
        from spatial.audit.actions import make_partitions, seal_events
        from spatial.calendars.actions import changed
        from spatial.casework.procedures import register_procedure
        from spatial.parties.handovers import count_open_work

        register_procedure(CASES)
        post_migrate.connect(seed, sender=self, dispatch_uid="grid-rules")
        changed.connect(recompute, dispatch_uid="grid-clocks")
        count_open_work("grid-tasks", _("核实核查任务"), tasks_in_hand)
        add_duty("photos", sweep)
        add_duty("audit seals", seal_events, often=True)
        add_duty("audit partitions", make_partitions)
