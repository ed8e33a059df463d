"""The form of a layer declaration: what is published, from which register, for whom.

From one declaration come the pygeoapi resource, the SQL view, the tile layer, the
catalogue record and the map's legend entry. Fields are named one by one; what is not
named does not leave.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.contrib.gis.db import models
from django.db.models import Model
from django.utils.translation import gettext as _

from layers.access.access import Sharing
from layers.declarations.cycles import Cycle, cycles
from spatial.languages import in_english
from spatial.versions.districts import knows_districts
from spatial.versions.models import VersionedFeature, VersionedQuerySet

LAST = 1_000  # the rank of what says nothing of its place
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
    refers_to: str = ""  # the layer whose feature the value names by its code
    also_schemes: tuple[str, ...] = ()  # further schemes that its values may belong to


@dataclass(frozen=True)
class LabelLevel:
    """Labels of one class of features: between which zooms, and how large.

    ``value`` is of the field by which the layer is painted.
    """

    value: str
    min_zoom: int
    max_zoom: int
    size: int


@dataclass(frozen=True)
class FadeIn:
    """A class that appears by degrees: not seen at one zoom, with its opacity from another on."""

    value: str
    begin_zoom: float
    end_zoom: float
    opacity: float


@dataclass(frozen=True)
class Quiet:
    """How a public layer is drawn on the ground of pages that draw something of their own."""

    colour: str
    min_zoom: int = 0
    outline: str = ""
    is_line: bool = False
    dash: tuple[float, ...] = ()
    widths: tuple[tuple[float, float], ...] = ()  # of lines: zoom, pixels


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
    label_more: str = ""  # a field whose value stands below the label
    label_zoom: int = 16
    height: str = ""  # the field that gives an extrusion its height in metres
    rank: int = 50  # what is drawn later lies on top
    casing: str = ""  # the colour of a line's edges
    ground_width: str = ""  # the field that gives a line its width in metres
    dash: tuple[float, ...] = ()
    widths: Mapping[str, float] = field(default_factory=dict)  # by class, else the last of them
    fade_in: FadeIn | None = None
    size_by: str = ""  # a number by whose class circles are larger or smaller
    sizes: Mapping[float, tuple[str, float]] = field(default_factory=dict)  # from: title, times
    label_colour: str = "#2b3640"
    label_levels: tuple[LabelLevel, ...] = ()  # classes whose labels come one after another
    is_ground: bool = False  # lies below the shading of the terrain
    is_backdrop: bool = False  # a click on it chooses what lies on it, never itself
    quiet: Quiet | None = None
    is_hidden_at_first: bool = False  # in the style of all layers
    fills_when_chosen: bool = False  # areas that are drawn by their edges


@dataclass(frozen=True)
class Relation:
    """A layer whose features a record lists beside its own.

    ``reach_m`` is how far they may be; 0 means that they overlap.
    """

    layer: str
    title: str
    title_en: str
    reach_m: float = 0.0


@dataclass(frozen=True)
class Companion:
    """A table that belongs to a layer without being one: read by whom the layer is shared with."""

    view: str  # its name in the schema of published views
    model: type[Model]
    columns: tuple[str, ...]


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
    readers: frozenset[str] = frozenset()  # of a conditional layer, and of any personal data
    deliverers: frozenset[str] = frozenset()  # by import; they decide who else reads it
    writers: frozenset[str] = frozenset()  # through the API, of what they see
    undoers: frozenset[str] = frozenset()  # of changes; these three beside the data stewards
    kept_by_role: bool = False  # an administrator has those three by a role alone
    personal: tuple[str, ...] = ()  # register fields that name people: never published
    office_fields: tuple[str, ...] = ()  # read by its office's pages beside the published ones
    min_zoom: int = 10
    crowded: bool = False  # too many to draw each at low zooms (docs/adr/0006-tiles.md)
    search: tuple[str, ...] = ()  # fields that the search box reads besides the code
    search_rank: int = LAST  # layers of a lower rank come first among the matches
    named_by: tuple[str, ...] = ()
    """What a feature is called: parts with ``{field}`` or ``{class}``; empty parts are left out.

    Without it: the first of the searched fields and of the usual ones that has a value.
    """
    reference_name: Callable[[VersionedQuerySet, str], str] | None = None
    """What a reference to a feature shows in the place of its code, by the features that stand."""
    relations: tuple[Relation, ...] = ()
    here_rank: int = LAST  # layers of a lower rank come first in what stands at a point
    here_reach_m: float = 10.0  # how far lines and points may be to stand there
    limit_rank: int = 0  # the order in which a site is held against layers; 0: not against it
    companions: tuple[Companion, ...] = ()
    area_field: str = ""  # the registered area in m², which the shape is compared with
    check_group: str = ""  # features that differ in this field may lie over each other
    in_cadastre: bool = (
        False  # kept by the land register, whose coordinates have rules of their own
    )
    unchecked_because: str = ""  # why the general checks of its geometry are enough
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
    def title_shown(self) -> str:
        """The title in the reader's language."""
        return self.title_en if in_english() else self.title

    @property
    def description_shown(self) -> str:
        """The description in the reader's language."""
        return _(self.description) if self.description else ""

    @property
    def steward_shown(self) -> str:
        """The department that keeps the layer, in the reader's language."""
        return _(self.steward)

    @property
    def reason_shown(self) -> str:
        """Why it is shared as it is, in the reader's language."""
        return _(self.reason)

    @property
    def cycle_shown(self) -> str:
        """The update cycle in the reader's language."""
        return (cycles().get(self.update_cycle, Cycle()).title_en if in_english() else "") or (
            self.update_cycle
        )

    @property
    def group_shown(self) -> str:
        """The group in the reader's language."""
        return _(self.group)

    def field_title_shown(self, name: str) -> str:
        """The title of a field, published or not, in the reader's language."""
        declared = self.field(name)
        if declared and in_english():
            return declared.title_en
        return _(self.title_of(name))

    def choices_shown(self, name: str) -> dict[str, str]:
        """The values that a field may have, with their titles in the reader's language."""
        return {str(value): _(str(title)) for value, title in self.column(name).flatchoices}

    @property
    def view(self) -> str:
        """The quoted SQL name of the layer's published view."""
        return f'published."{self.id}"'

    @cached_property
    def has_districts(self) -> bool:
        """Whether its features keep their districts, so that a share can be cut to some."""
        return knows_districts(self.model)

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
