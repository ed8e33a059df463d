"""Mappings that users made in the review and kept, as sources like the declared ones."""

from collections.abc import Mapping

from django.db import DatabaseError

from importers.errors import DeliveryRefused
from importers.models import ImportRun, SavedSource
from importers.sources.declarations import Source
from importers.sources.registry import SOURCES


def saved_of(layer_id: str) -> list[Source]:
    """The saved sources of a layer."""
    try:
        kept = list(SavedSource.objects.filter(layer=layer_id))
    except DatabaseError:  # before the tables are there
        return []
    return [
        Source(
            name=one.name,
            title=one.title,
            layer=one.layer,
            signature=tuple(one.signature),
            columns=one.columns,
            constants=one.constants,
            table=one.table,
            epsg=one.epsg,
        )
        for one in kept
    ]


def save_source(run: ImportRun, name: str, title: str, who: str) -> SavedSource:
    """Keep how a run's file was read, for the next file with the same columns.

    Raises:
        DeliveryRefused: the name is taken, by another layer too, or the run carries no mapping.
    """
    columns: Mapping[str, str] = run.options.get("headers") or {}
    if not columns:
        raise DeliveryRefused("该批次没有列对应可保存")
    if any(source.name == name for source in SOURCES):
        raise DeliveryRefused(f"名称 {name} 是系统自带的来源", "请换一个名称")
    if SavedSource.objects.filter(name=name).exclude(layer=run.layer).exists():
        raise DeliveryRefused(f"名称 {name} 已是另一图层的来源", "请换一个名称")
    epsg = run.options.get("epsg")
    kept, _created = SavedSource.objects.update_or_create(
        name=name,
        defaults={
            "title": title[:100] or name,
            "layer": run.layer,
            "signature": sorted(columns.values()),
            "columns": {header: field for field, header in columns.items()},
            "constants": run.options.get("constants") or {},
            "table": run.options.get("table") or "",
            "epsg": epsg,
            "who": who[:150],
        },
    )
    return kept
