"""Django's ``manage.py migrate``, as the login that owns the database."""

from typing import Any

from django.core.management.commands import migrate

from spatial.versions.logins import as_owner


class Command(migrate.Command):
    """Migrate as the owner; the site's own login may not."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Change the login, then do what Django does."""
        with as_owner(options["database"]):
            super().handle(*args, **options)
