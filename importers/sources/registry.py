"""Every source declaration, and which one a file comes from."""

from collections.abc import Callable, Collection, Iterable

from importers.errors import DeliveryRefused
from importers.sources import (
    building_table,
    cass,
    component_survey,
    divisions,
    epanet,
    land_survey,
    osm,
    pipe_survey,
    prague_cadastre,
    survey_text,
    utility_networks,
)
from importers.sources.declarations import Source
from importers.values.headings import plain

SOURCES: tuple[Source, ...] = (
    *divisions.SOURCES,
    *land_survey.SOURCES,
    *prague_cadastre.SOURCES,
    *survey_text.SOURCES,
    *cass.SOURCES,
    *pipe_survey.SOURCES,
    *building_table.SOURCES,
    *component_survey.SOURCES,
    *epanet.SOURCES,
    *osm.SOURCES,
    *utility_networks.SOURCES,
)

# What offices call the code, whatever the layer.
CODE_SYNONYMS = dict.fromkeys(
    ("编码", "代码", "要素编码", "标识码", "宗地代码", "不动产单元号", "单元号", "行政代码",
     "行政区代码", "区划代码", "物探点号", "管线编码", "网格编码", "部件编码"),
    "code",
)  # fmt: skip


_added: list[Source] = []
_saved: list[Callable[[str], list[Source]]] = []


def add_sources(sources: Iterable[Source]) -> None:
    """Take the sources of a register of its own app in."""
    _added.extend(source for source in sources if source not in _added)


def add_saved(sources: Callable[[str], list[Source]]) -> None:
    """Where to ask for sources that were saved by users, by layer; they come first."""
    _saved.append(sources)


def sources_of(layer_id: str) -> list[Source]:
    """The sources that deliver a layer: those saved here before those declared."""
    saved = [source for ask in _saved for source in ask(layer_id)]
    return saved + [source for source in (*SOURCES, *_added) if source.layer == layer_id]


def source_named(name: str, layer_id: str) -> Source:
    """The source of that name.

    Raises:
        DeliveryRefused: none of that name delivers this layer.
    """
    found = sources_of(layer_id)
    for source in found:
        if source.name == name:
            return source
    known = "、".join(source.name for source in found) or "无"
    raise DeliveryRefused(f"图层 {layer_id} 没有名为 {name} 的来源", f"可用：{known}")


def source_of(layer_id: str, headers: Collection[str]) -> Source | None:
    """The source whose signature a file's headers bear, if any."""
    present = {plain(header) for header in headers}
    for source in sources_of(layer_id):
        if {plain(header) for header in source.signature} <= present:
            return source
    return None
