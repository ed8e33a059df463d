"""CAP documents in and out: bytes to messages and back. Pure.

The reader takes no DTD, no entity, no network and at most 1 MB. CAP 1.1, which differs by its
namespace for what is read here, is read as 1.2; what is written is 1.2.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from lxml import etree

from spatial.alerts.rules.messages import (
    Alert,
    AlertArea,
    AlertCircle,
    AlertInfo,
    Position,
    Reference,
    written,
)
from spatial.refusals import Wrong

CAP_12 = "urn:oasis:names:tc:emergency:cap:1.2"
CAP_11 = "urn:oasis:names:tc:emergency:cap:1.1"
SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
MOST_BYTES = 1_000_000
SCHEMA = Path(__file__).resolve().parents[3] / "data" / "cap" / "cap12.xsd"


class Unreadable(Wrong):
    """A document that is no CAP message: which rule of reading it breaks, and where."""

    def __init__(self, rule: str, zh: str, en: str) -> None:
        super().__init__(zh, en)
        self.rule = rule


def read(document: bytes) -> Alert:
    """The message that a document holds, once it is safe, well-formed and valid by the schema.

    Raises Unreadable.
    """
    return _alert(root_of(document))


def root_of(document: bytes) -> etree._Element:
    """The root of a document that is safe and valid by the schema; its names are of CAP 1.2."""
    root = _parsed(document)
    namespace = etree.QName(root).namespace
    if namespace == CAP_11:
        root = _as_12(root)
    elif namespace != CAP_12 or etree.QName(root).localname != "alert":
        raise Unreadable(
            "namespace",
            f"根元素不是 CAP 1.2 的 alert，而是 {root.tag}",
            f"the root is not alert of CAP 1.2 but {root.tag}",
        )
    schema = _schema()
    if not schema.validate(root):
        fault = schema.error_log[0]
        raise Unreadable(
            "schema",
            f"不符合 CAP 1.2 架构（第 {fault.line} 行）：{fault.message}",
            f"invalid by the schema of CAP 1.2 (line {fault.line}): {fault.message}",
        )
    return root


def _parsed(document: bytes) -> etree._Element:
    if len(document) > MOST_BYTES:
        raise Unreadable("size", "文件超过 1 MB", "the document has more than 1 MB")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(
            "well-formed", f"不是格式良好的 XML：{error}", f"not well-formed XML: {error}"
        ) from error
    if root.getroottree().docinfo.doctype:
        raise Unreadable(
            "doctype",
            "含有文档类型声明（DTD），可能引入实体，不予读取",
            "it declares a document type (DTD), by which entities come in: not read",
        )
    return root


@lru_cache(maxsize=1)
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(SCHEMA)))


def _as_12(root: etree._Element) -> etree._Element:
    """The same document under the names of 1.2; signatures keep their own."""
    text = etree.tostring(root).replace(CAP_11.encode(), CAP_12.encode())
    return _parsed(text)


def _alert(root: etree._Element) -> Alert:
    sent = _text(root, "sent")
    return Alert(
        identifier=_text(root, "identifier"),
        sender=_text(root, "sender"),
        sent=datetime.fromisoformat(sent),
        sent_text=sent,
        status=_text(root, "status"),
        kind=_text(root, "msgType"),
        scope=_text(root, "scope"),
        source=_text(root, "source"),
        restriction=_text(root, "restriction"),
        addresses=_text(root, "addresses"),
        codes=tuple(_texts(root, "code")),
        note=_text(root, "note"),
        references=tuple(references_in(_text(root, "references"))),
        incidents=_text(root, "incidents"),
        infos=tuple(_info(node) for node in _all(root, "info")),
    )


def references_in(text: str) -> Iterator[Reference]:
    """The triples of a references element, which blanks part. Raises Unreadable."""
    for triple in text.split():
        parts = triple.split(",")
        if len(parts) != 3 or not all(parts):
            raise Unreadable(
                "references",
                f"引用应为“发送者,标识,发送时间”，现为 {triple}",
                f"a reference is sender,identifier,sent, not {triple}",
            )
        yield Reference(*parts)


def _info(node: etree._Element) -> AlertInfo:
    return AlertInfo(
        event=_text(node, "event"),
        category=tuple(_texts(node, "category")),
        urgency=_text(node, "urgency"),
        severity=_text(node, "severity"),
        certainty=_text(node, "certainty"),
        language=_text(node, "language") or "en-US",
        event_codes=tuple(_pairs(node, "eventCode")),
        response_types=tuple(_texts(node, "responseType")),
        effective=_moment(node, "effective"),
        onset=_moment(node, "onset"),
        expires=_moment(node, "expires"),
        sender_name=_text(node, "senderName"),
        headline=_text(node, "headline"),
        description=_text(node, "description"),
        instruction=_text(node, "instruction"),
        web=_text(node, "web"),
        contact=_text(node, "contact"),
        parameters=tuple(_pairs(node, "parameter")),
        areas=tuple(_area(area) for area in _all(node, "area")),
    )


def _area(node: etree._Element) -> AlertArea:
    return AlertArea(
        description=_text(node, "areaDesc"),
        polygons=tuple(_ring(text) for text in _texts(node, "polygon")),
        circles=tuple(_circle(text) for text in _texts(node, "circle")),
        geocodes=tuple(_pairs(node, "geocode")),
    )


def _ring(text: str) -> tuple[Position, ...]:
    return tuple(_position(pair) for pair in text.split())


def _circle(text: str) -> AlertCircle:
    parts = text.split()
    try:
        centre, radius = parts
        return AlertCircle(_position(centre), float(radius))
    except ValueError as error:
        raise _bad_position(text) from error


def _position(text: str) -> Position:
    try:
        latitude, longitude = text.split(",")
        return float(longitude), float(latitude)
    except ValueError as error:
        raise _bad_position(text) from error


def _bad_position(text: str) -> Unreadable:
    return Unreadable(
        "position",
        f"位置应写作“纬度,经度”，现为 {text[:60]}",
        f"a position is latitude,longitude, not {text[:60]}",
    )


def _all(node: etree._Element, name: str) -> list[etree._Element]:
    return node.findall(f"{{{CAP_12}}}{name}")


def _texts(node: etree._Element, name: str) -> list[str]:
    return [(child.text or "").strip() for child in _all(node, name)]


def _text(node: etree._Element, name: str) -> str:
    return next(iter(_texts(node, name)), "")


def _moment(node: etree._Element, name: str) -> datetime | None:
    text = _text(node, name)
    return datetime.fromisoformat(text) if text else None


def _pairs(node: etree._Element, name: str) -> list[tuple[str, str]]:
    return [(_text(child, "valueName"), _text(child, "value")) for child in _all(node, name)]


def write(alert: Alert) -> bytes:
    """The document of a message, valid by the schema. Raises Unreadable where it would not be."""
    root = etree.Element(f"{{{CAP_12}}}alert", nsmap={None: CAP_12})
    _add(root, "identifier", alert.identifier)
    _add(root, "sender", alert.sender)
    _add(root, "sent", alert.sent_text or written(alert.sent))
    _add(root, "status", alert.status)
    _add(root, "msgType", alert.kind)
    _maybe(root, "source", alert.source)
    _add(root, "scope", alert.scope)
    _maybe(root, "restriction", alert.restriction)
    _maybe(root, "addresses", alert.addresses)
    for code in alert.codes:
        _add(root, "code", code)
    _maybe(root, "note", alert.note)
    _maybe(root, "references", " ".join(str(reference) for reference in alert.references))
    _maybe(root, "incidents", alert.incidents)
    for info in alert.infos:
        _add_info(root, info)
    document = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    root_of(document)
    return bytes(document)


def _add_info(root: etree._Element, info: AlertInfo) -> None:
    node = etree.SubElement(root, f"{{{CAP_12}}}info")
    _add(node, "language", info.language)
    for category in info.category:
        _add(node, "category", category)
    _add(node, "event", info.event)
    for response in info.response_types:
        _add(node, "responseType", response)
    _add(node, "urgency", info.urgency)
    _add(node, "severity", info.severity)
    _add(node, "certainty", info.certainty)
    _add_pairs(node, "eventCode", info.event_codes)
    for name, moment in (
        ("effective", info.effective),
        ("onset", info.onset),
        ("expires", info.expires),
    ):
        _maybe(node, name, written(moment) if moment else "")
    for name, text in (
        ("senderName", info.sender_name),
        ("headline", info.headline),
        ("description", info.description),
        ("instruction", info.instruction),
        ("web", info.web),
        ("contact", info.contact),
    ):
        _maybe(node, name, text)
    _add_pairs(node, "parameter", info.parameters)
    for area in info.areas:
        _add_area(node, area)


def _add_area(info: etree._Element, area: AlertArea) -> None:
    node = etree.SubElement(info, f"{{{CAP_12}}}area")
    _add(node, "areaDesc", area.description)
    for ring in area.polygons:
        _add(node, "polygon", " ".join(_lat_lon(position) for position in ring))
    for circle in area.circles:
        _add(node, "circle", f"{_lat_lon(circle.centre)} {circle.radius_km:g}")
    _add_pairs(node, "geocode", area.geocodes)


def _lat_lon(position: Position) -> str:
    # Six decimals are a decimetre.
    return f"{position[1]:.6f},{position[0]:.6f}"


def _add_pairs(node: etree._Element, name: str, pairs: tuple[tuple[str, str], ...]) -> None:
    for value_name, value in pairs:
        child = etree.SubElement(node, f"{{{CAP_12}}}{name}")
        _add(child, "valueName", value_name)
        _add(child, "value", value)


def _add(node: etree._Element, name: str, text: str) -> None:
    etree.SubElement(node, f"{{{CAP_12}}}{name}").text = text


def _maybe(node: etree._Element, name: str, text: str) -> None:
    if text:
        _add(node, name, text)
