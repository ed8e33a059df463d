"""The site."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks

PRIVATE = ("cases", "imports", "uploads", "downloads", "exports", "documents", "outbox", "outside")
CLUSTERS = "pg"  # theirs are closed by the database, and entered by its own user


class WebmapConfig(AppConfig):
    """Django's entry for this floor."""

    name = "webmap"
    label = "webmap"
    verbose_name = "图经"

    def ready(self) -> None:
        """Register the administrator pages, and hang this floor's functions on those below."""
        from django.contrib.auth.signals import user_logged_in
        from django.core.checks import register
        from django.db.models.signals import post_migrate

        import webmap.admin.calendar
        import webmap.admin.casework
        import webmap.admin.hazard_warnings
        import webmap.admin.imports
        import webmap.admin.outbox
        import webmap.admin.parties
        import webmap.admin.people
        import webmap.admin.risk_levels
        import webmap.admin.scores
        import webmap.admin.site  # noqa: F401  (each registers its pages)
        from grid.cases.clock_tasks import add_duty
        from layers.sharing.records import quality_by
        from spatial.casework.consulting import record_silence
        from spatial.casework.files import FILES
        from spatial.casework.notices import tell_of_late
        from spatial.outbox.topics import declare_topic
        from webmap.accounts.deputies import DEPUTIES
        from webmap.accounts.groups import make_roles
        from webmap.accounts.records import listen
        from webmap.admin.acts import listen as listen_to_administrators
        from webmap.imports.quality import quality_of
        from webmap.notices import clock
        from webmap.notices.subjects import declare_subject
        from webmap.web.idle import note_act
        from webmap.web.obligations import check_accounts
        from webmap.web.profession_faults import check_professions
        from webmap.web.professions import professions

        for check in (check_professions, check_outside_maps, check_logins, check_accounts):
            register(check)
        listen_to_administrators()
        listen()
        user_logged_in.connect(note_act, dispatch_uid="webmap-note-act")
        close_folders(Path(settings.VAR))
        post_migrate.connect(make_roles, dispatch_uid="webmap-roles")
        quality_by(quality_of)
        declare_topic(DEPUTIES)
        declare_subject("case", "/grid/cases/{}".format)
        for pages in (each for one in professions() for each in one.procedures):
            declare_subject(pages.procedure, f"{pages.path}{{}}".format)
        declare_subject("deputy", lambda _code: "/accounts/absences/")
        add_duty("notices", clock.deliver, often=True)
        add_duty("escalations", clock.escalate)
        add_duty("old notices", clock.forget)
        add_duty("late matters", tell_of_late)
        add_duty("silence", record_silence)
        add_duty("files of matters", FILES.sweep)
        add_duty("exports", _exports)
        add_duty("documents", _documents)
        add_duty("outside maps", _outside_maps)
        add_duty("sign-ins", _sign_ins)
        add_duty("uploads", _uploads)
        add_duty("audit head", _audit_head)
        _hazard_duties()


def check_logins(**_: Any) -> list[checks.Warning]:
    """One login for the site and the owner of the database is one wall less: a system check."""
    if settings.OWNER_DATABASE():
        return []
    return [
        checks.Warning(
            "网站的登录也是数据库的属主，少一道墙 / the site's login owns the database: one wall less",
            hint="script/logins.sql, OWNER_DATABASE_URL (docs/operations.md)",
            id="webmap.W001",
        )
    ]


def close_folders(var: Path) -> None:
    """Keep other accounts of this machine out of everything below ``var``.

    What stands directly in it is closed, so that nothing deeper can be reached; ``var`` itself
    may be passed, not listed: a database that is run for root as another user lies in it.
    """
    for name in PRIVATE:
        with suppress(OSError):
            (var / name).mkdir(parents=True, exist_ok=True)
    for path in (var, *var.glob("*")):
        if not path.name.startswith(CLUSTERS) and not path.is_symlink():
            with suppress(OSError):
                _close(path, but=0o011 if path == var else 0)


def _close(path: Path, but: int) -> None:
    """Take from group and others what they may, ``but`` for these bits; what is closed is left."""
    mode = path.stat().st_mode & 0o7777
    closed = mode & 0o7700 | mode & but
    if closed != mode:
        path.chmod(closed)


def check_outside_maps(**_: Any) -> list[checks.Error]:
    """A wrong entry in the list of outside maps is found when the site starts: a system check."""
    from webmap.outside.declarations import load_outside_maps
    from webmap.outside.errors import OutsideMapsFault

    try:
        load_outside_maps(settings.OUTSIDE_MAPS)
    except OutsideMapsFault as fault:
        return [checks.Error(str(fault), hint="docs/outside-maps.md", id="webmap.E003")]
    return []


def _outside_maps() -> None:
    from webmap.outside.kept_tiles import sweep

    sweep()


def _exports() -> None:
    from webmap.exports.jobs import remove_expired

    remove_expired()


def _documents() -> None:
    from webmap.documents.orders import sweep

    sweep()


def _sign_ins() -> None:
    from django.contrib.sessions.backends.db import SessionStore

    from webmap.web.sign_ins import forget_old

    SessionStore.clear_expired()
    forget_old()


def _uploads() -> None:
    from webmap.imports.uploads import forget_old

    forget_old()


def _hazard_duties() -> None:
    """What the clock does for hazards: levels of risk, and warnings that are over."""
    from grid.cases.clock_tasks import add_duty

    add_duty("risk levels", _risk_levels)
    add_duty("warnings over", _warnings)


def _risk_levels() -> None:
    """The levels of risk of the last interval, where rain is measured at all."""
    from django.utils import timezone

    from spatial.hazards.models import RainReading
    from spatial.risk_levels.actions import run_due_cycle

    if RainReading.objects.exists():
        run_due_cycle(timezone.now())


def _audit_head() -> None:
    """Once a day: the head of the audit leaves, and the whole of it is verified by a worker."""
    from spatial.audit.actions import export_head
    from webmap.sharing.jobs import verify_audit

    exported = [export_head(folder) for folder in settings.AUDIT_HEADS]
    if any(exported):
        verify_audit.enqueue()


def _warnings() -> None:
    from django.utils import timezone

    from spatial.hazard_warnings.settling import settle_warnings

    settle_warnings(timezone.now())
