"""What is wrong with the declarations taken together: each fault by name, in both languages."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from django.core.exceptions import FieldDoesNotExist

from layers.declarations.declarations import Layer
from layers.declarations.naming import fields_in
from spatial.sealed.fields import sealed_fields


@dataclass(frozen=True)
class Fault:
    """One fault: the layer that has it, and what it is, in Chinese and in English."""

    layer: str
    text: str
    text_en: str

    def __str__(self) -> str:
        return f"图层 {self.layer}：{self.text} / layer {self.layer}: {self.text_en}"


def faults(
    layers: Iterable[Layer], modules: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> list[Fault]:
    """Every fault of the declarations, in their order; ``modules`` declare a layer, by its id."""
    every = list(layers)
    counts = Counter(layer.id for layer in every)
    known = frozenset(counts)
    found = [_double(i, modules.get(i, ())) for i, n in counts.items() if n > 1]
    for layer in every:
        found += _dangling(layer, known)
        found += _unknown_fields(layer)
        found += _open_people(layer)
    return found


def _double(layer_id: str, modules: Sequence[str]) -> Fault:
    where, where_en = "、".join(modules), ", ".join(modules)
    return Fault(
        layer_id,
        "声明了两次" + (where and f"（{where}）"),
        "is declared twice" + (where_en and f" ({where_en})"),
    )


def _dangling(layer: Layer, known: frozenset[str]) -> Iterator[Fault]:
    """Relations and references to layers that are not there."""
    for relation in layer.relations:
        if relation.layer not in known:
            yield Fault(
                layer.id,
                f"关系“{relation.title}”指向不存在的图层 {relation.layer}",
                f"its relation {relation.title_en!r} names the layer {relation.layer},"
                " which is not there",
            )
    for field in layer.fields:
        if field.refers_to and field.refers_to not in known:
            yield Fault(
                layer.id,
                f"字段 {field.name} 引用不存在的图层 {field.refers_to}",
                f"its field {field.name} refers to the layer {field.refers_to}, which is not there",
            )


def _open_people(layer: Layer) -> Iterator[Fault]:
    """Sealed fields that are published, searched, or not said to be personal."""
    shown = {f.name for f in layer.fields} | {*layer.search, *layer.office_fields}
    for name in (field.name for field in sealed_fields(layer.model)):
        if name in shown:
            yield Fault(
                layer.id,
                f"密封字段 {name} 不能发布或检索",
                f"its sealed field {name} is published or searched",
            )
        elif name not in layer.personal and not layer.by_steps:
            yield Fault(
                layer.id,
                f"密封字段 {name} 没有列为个人信息",
                f"its sealed field {name} is not among the personal ones",
            )


def _unknown_fields(layer: Layer) -> Iterator[Fault]:
    """Fields that are named and that the register does not have."""
    named = [f.name for f in layer.fields]
    named += [*layer.search, *layer.personal, *layer.office_fields, *fields_in(layer.named_by)]
    named += [layer.area_field, layer.check_group]
    if paint := layer.paint:
        named += [
            paint.by,
            paint.label,
            paint.label_more,
            paint.size_by,
            paint.height,
            paint.ground_width,
        ]
    for name in dict.fromkeys(filter(None, named)):
        try:
            layer.model._meta.get_field(name)
        except FieldDoesNotExist:
            text = f"登记簿没有字段 {name}"
            yield Fault(layer.id, text, f"its register has no field {name}")
