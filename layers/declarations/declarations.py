"""The form of a layer declaration: what is published, from which register, for whom.

From one declaration come the pygeoapi resource, the SQL view, the tile layer, the
catalogue record and the map's legend entry. Fields are named one by one; what is not
named does not leave.
"""

from dataclasses import dataclass, field
from functools import cached_property

from django.contrib.gis.db import models

from layers.access.access import Sharing
from spatial.versions.models import VersionedFeature

JSON_TYPES = {
    "CharField": "string",
    "TextField": "string",
    "BooleanField": "boolean",
    "FloatField": "number",
    "IntegerField": "integer",
    "SmallIntegerField": "integer",
    "PositiveIntegerField": "integer",
    "PositiveSmallIntegerField": "integer",
    "DateField": "date",
    "DateTimeField": "date-time",
}


@dataclass(frozen=True)
class Field:
    """One published field. The Chinese title, type and length are the register's own."""

    name: str
    title_en: str
    scheme: str = ""  # the coding scheme its values belong to, if any
    in_tiles: bool = False
    unit: str = ""
    reserved: bool = False  # for departments and granted keys, not for the open internet


@dataclass(frozen=True)
class Paint:
    """How the map draws a layer, and so its legend.

    ``by`` names a field whose values pick the colour: from ``colours`` or, where the
    field has a scheme, from the scheme.
    """

    kind: str  # fill | line | circle | extrusion
    colour: str = "#888888"
    by: str = ""
    colours: dict[str, tuple[str, str]] = field(default_factory=dict)  # value: (title, colour)
    outline: str = ""
    opacity: float = 1.0
    width: float = 1.0
    label: str = ""
    label_zoom: int = 16
    height: str = ""  # the field that gives an extrusion its height in metres
    rank: int = 50  # what is drawn later lies on top
    casing: str = ""  # the colour of a line's edges
    ground_width: str = ""  # the field that gives a line its width in metres


@dataclass(frozen=True)
class Layer:
    """One published layer."""

    id: str
    title: str
    title_en: str
    description: str
    model: type[VersionedFeature]
    fields: tuple[Field, ...]
    sharing: Sharing
    reason: str  # why this class; for withheld data, the law
    steward: str
    update_cycle: str
    paint: Paint | None = None
    public: bool = False
    granted: frozenset[str] = frozenset()  # who reads it, and its personal data
    deliverers: frozenset[str] = frozenset()  # who keeps it, beside the data stewards
    personal: tuple[str, ...] = ()  # register fields that name people: never published
    min_zoom: int = 10
    crowded: bool = False  # too many to draw each at low zooms (docs/adr/0006-tiles.md)
    search: tuple[str, ...] = ()  # fields that the search box reads besides the code
    is_withdrawn: bool = False  # never declared: set by the registry while it is taken off

    @cached_property
    def geometry(self) -> str:
        """The OGC geometry type, or '' for a register without geometry."""
        for column in self.model._meta.concrete_fields:
            if column.name == "geom":
                return str(column.kinds[0])  # type: ignore[attr-defined]
        return ""

    @cached_property
    def may_lack_geometry(self) -> bool:
        """Whether some of its features, or all, may have no geometry."""
        columns = [f for f in self.model._meta.concrete_fields if f.name == "geom"]
        return not columns or columns[0].null

    @property
    def by_steps(self) -> bool:
        """Whether a table of steps alone writes it; its register says so, for every layer of it."""
        return self.model.by_steps

    @property
    def group(self) -> str:
        """The group in which lists show the layer: its register's title."""
        return str(self.model._meta.app_config.verbose_name)

    @property
    def view(self) -> str:
        """The quoted SQL name of the layer's published view."""
        return f'published."{self.id}"'

    @cached_property
    def has_districts(self) -> bool:
        """Whether its features name their district, so that a share can be cut to some."""
        return any(f.name == "district_code" for f in self.model._meta.concrete_fields)

    @cached_property
    def register(self) -> str:
        """The name under which the register counts its revisions."""
        return self.model._meta.label_lower

    def column(self, name: str) -> models.Field:
        """The register's model field behind a published field."""
        return self.model._meta.get_field(name)  # type: ignore[return-value]

    def title_of(self, name: str) -> str:
        """The Chinese title of a field."""
        return str(self.column(name).verbose_name)

    def json_type(self, name: str) -> str:
        """The JSON type or format of a field: string, integer, number, boolean, date, date-time."""
        return JSON_TYPES[self.column(name).get_internal_type()]

    def field(self, name: str) -> Field | None:
        """The published field of that name, if there is one."""
        return next((f for f in self.fields if f.name == name), None)

    @property
    def tile_fields(self) -> tuple[Field, ...]:
        """The fields that go into vector tiles: as few as the map needs."""
        return tuple(f for f in self.fields if f.in_tiles)


SCHEMATIC = Field("schematic", "Schematic")
