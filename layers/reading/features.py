"""The features of a share as Django objects: a model made from its columns over its view.

Every query of ``features(share)`` is compiled by Django and sent by ``reading.read`` as the
share's database role, in the same message. A field that is not in the share cannot be named,
and what a mistake lets through the database refuses. Anything that would go another way (a
write, a query of another class) names a database that is not there, and fails.

>>> from layers.access.access import ANONYMOUS
>>> from layers.declarations.registry import layer_of
>>> from layers.reading.shares import share_of
>>> buildings = features(share_of(ANONYMOUS, layer_of("buildings")))
>>> buildings.filter(owner="张三")  # doctest: +ELLIPSIS
Traceback (most recent call last):
django.core.exceptions.FieldError: Cannot resolve keyword 'owner' into field. Choices are: ...
"""

from functools import lru_cache
from typing import Any, Self

from django.apps.registry import Apps
from django.contrib.gis.db import models
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.constants import MULTI, SINGLE

from layers.reading.reading import TIMEOUT_MS, read
from layers.reading.shares import BOOKKEEPING, STATE, Share
from spatial.versions.models import VersionedQuerySet

NOWHERE = "share"  # the name of no database: what does not go by ``read`` fails


class ShareQuery(Query):
    """A query that is read as a share."""

    def __init__(self, model: type[models.Model], share: Share, timeout_ms: int) -> None:
        super().__init__(model)
        self.share, self.timeout_ms, self.is_spatial = share, timeout_ms, False

    def get_compiler(
        self, using: str | None = None, connection: Any = connection, elide_empty: bool = True
    ) -> SQLCompiler:
        """The compiler that sends it by ``read``."""
        return ShareCompiler(self, connection, using, elide_empty)


class ShareCompiler(SQLCompiler):
    """Compiles as for the site's own database, and reads as the share of the query."""

    def execute_sql(
        self, result_type: str | None = MULTI, chunked_fetch: bool = False, chunk_size: int = 0
    ) -> Any:
        """The rows: all of them in one portion, or the first.

        Raises:
            QueryTimeout: it took longer than the share's queries may.
            ValueOutOfRange: a value in it is beyond what the database computes with.
        """
        if result_type not in (MULTI, SINGLE):
            raise NotImplementedError("features of a share are only read")
        query: Any = self.query
        try:
            sql, params = self.as_sql()
        except EmptyResultSet:
            return iter([]) if result_type == MULTI else None
        rows = read(
            query.share,
            sql,
            list(params),
            timeout_ms=query.timeout_ms,
            spatial=query.is_spatial,
        )
        rows = [row[: self.col_count] for row in rows]
        if result_type == MULTI:
            return [rows]
        return rows[0] if rows else None


class Features(VersionedQuerySet):
    """The features of a share, at a moment or through time."""

    def current(self) -> Self:
        """The open versions, by the column that the indexes of today's versions fit."""
        return self.filter(stands=True)

    def ever(self) -> Self:
        """The versions that the share is shown: no others have a time."""
        return self.filter(valid__isempty=False)

    def placed(self, **conditions: Any) -> Self:
        """Those that meet a condition on their place; the planner is kept from bitmaps.

        It takes a third of all versions for current ones, and would combine two indexes.
        """
        found = self.filter(**conditions)
        found.query.is_spatial = True  # type: ignore[attr-defined]
        return found

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:
        """As a subquery it is compiled into the query around it, and read with that."""
        query = super().resolve_expression(*args, **kwargs)
        query._db = None
        return query

    resolve_expression.queryset_only = True  # type: ignore[attr-defined]


def features(share: Share, timeout_ms: int = TIMEOUT_MS) -> Features:
    """The features of a share, read as its role.

    ``timeout_ms``: how long each query may take.
    """
    model = feature_model(share)
    return Features(model=model, query=ShareQuery(model, share, timeout_ms), using=NOWHERE)


@lru_cache(maxsize=1024)
def feature_model(share: Share) -> type[models.Model]:
    """A model of the columns that the share may read of its view; it has no table of its own.

    Its verbose names, choices and types are the register's; it has no place among the
    models of the apps, in migrations or on administrator pages.
    """
    meta = {
        "managed": False,
        "apps": Apps(),
        "app_label": share.layer.model._meta.app_label,
        "db_table": '"{}".{}'.format(*share.view.split(".", 1)),
        "verbose_name": share.layer.title,
    }
    manager: Any = models.Manager()
    manager._db = NOWHERE
    attributes: dict[str, Any] = {
        "__module__": __name__,
        "objects": manager,
        "__str__": lambda feature: feature.code,
        "Meta": type("Meta", (), meta),
        "id": models.BigIntegerField(primary_key=True),
        **{name: models.BooleanField() for name in STATE},
    }
    register = share.layer.model._meta
    known = {str(f.column): f for f in register.concrete_fields if f.column not in BOOKKEEPING}
    for column in share.columns:
        if column in known:
            attributes[known[column].name] = known[column].clone()
        elif column not in attributes:  # ids of changes, and of what an audience is shown
            attributes[column] = models.BigIntegerField(null=True)
    return type(f"Shared{share.layer.model.__name__}", (models.Model,), attributes)
