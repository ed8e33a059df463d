"""The site."""

from contextlib import suppress
from pathlib import Path

from django.apps import AppConfig
from django.conf import settings

PRIVATE = ("cases", "imports", "uploads", "downloads", "exports")


class WebmapConfig(AppConfig):
    """Django's entry for this floor."""

    name = "webmap"
    label = "webmap"
    verbose_name = "图经"

    def ready(self) -> None:
        """Register the administrator pages, and hang this floor's functions on those below."""
        from django.core.checks import register
        from django.db.models.signals import post_migrate

        import webmap.admin.calendar
        import webmap.admin.casework
        import webmap.admin.imports
        import webmap.admin.scores
        import webmap.admin.site  # noqa: F401  (each registers its pages)
        from grid.cases.clock_tasks import add_duty
        from layers.sharing.records import quality_by
        from webmap.accounts.groups import make_roles
        from webmap.imports.quality import quality_of
        from webmap.web.profession_faults import check_professions

        register(check_professions)
        close_folders(Path(settings.VAR))
        post_migrate.connect(make_roles, dispatch_uid="webmap-roles")
        quality_by(quality_of)
        add_duty("exports", _exports)
        add_duty("sign-ins", _sign_ins)
        add_duty("uploads", _uploads)


def close_folders(var: Path) -> None:
    """Keep other accounts of this machine out of what people sent and asked for."""
    for name in PRIVATE:
        with suppress(OSError):
            (var / name).mkdir(parents=True, exist_ok=True)
            (var / name).chmod(0o700)


def _exports() -> None:
    from webmap.exports.jobs import remove_expired

    remove_expired()


def _sign_ins() -> None:
    from django.contrib.sessions.backends.db import SessionStore

    from webmap.web.sign_ins import forget_old

    SessionStore.clear_expired()
    forget_old()


def _uploads() -> None:
    from webmap.imports.uploads import forget_old

    forget_old()
