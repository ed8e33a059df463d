"""The versioned store: how any register is written, read at a moment, and undone."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class VersionsConfig(AppConfig):
    """Installs the database's own guards and the site's rights after each migrate."""

    name = "spatial.versions"
    label = "versions"
    verbose_name = "变更与版本"

    def ready(self) -> None:
        """Hook the guards to migrations."""
        from spatial.versions.grants import grant_to_site
        from spatial.versions.guards import install_guards

        post_migrate.connect(install_guards, dispatch_uid="versions-guards")
        post_migrate.connect(grant_to_site, dispatch_uid="versions-grants")
