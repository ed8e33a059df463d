"""One OpenAPI 3.0 document over the whole API, self-contained: no remote reference."""

from collections.abc import Collection, Iterable
from typing import Any

from django.utils.translation import gettext as _

from layers.ogc.common.texts import in_reader_language
from layers.ogc.openapi import (
    comparing,
    coverages,
    downloads,
    features,
    feed,
    history,
    parts,
    processes,
    rain,
    records,
    styles,
    subscriptions,
    tiles,
    writing,
)
from layers.reading.shares import Share
from spatial.city import city
from spatial.languages import in_english

OPENAPI = "application/vnd.oai.openapi+json;version=3.0"


def openapi_document(
    shares: Iterable[Share], url: str, written: Collection[str] = ()
) -> dict[str, Any]:
    """The document for a caller who sees these shares at this address.

    ``written`` names the layers whose writing it offers.
    """
    shares = list(shares)
    paths: dict[str, Any] = {
        "/": parts.plain("landingPage", _("首页")),
        "/conformance": parts.plain("conformance", _("符合性声明")),
        "/collections": parts.plain("collections", _("图层列表")),
        "/openapi": parts.plain("openapi", _("本文档"), media_type=OPENAPI),
        **records.paths(),
        **processes.paths(),
        **coverages.paths(),
        **rain.paths(shares),
        **subscriptions.paths(),
        **tiles.dataset_paths(shares),
        **styles.paths(shares),
    }
    for share in shares:
        paths |= features.paths(share)
        paths |= history.paths(share)
        paths |= feed.paths(share)
        paths |= comparing.paths(share)
        if share.layer.id in written:
            for path, operations in writing.operations(share).items():
                paths[path] |= operations
        paths |= downloads.paths(share)
        paths |= tiles.paths(share)
    document = {
        "openapi": "3.0.3",
        "info": {
            "title": _("图经 · %(name)s") % {"name": _city_name()},
            "description": _("%(name)s空间信息平台开放接口") % {"name": _city_name()},
            "version": "0.1.0",
        },
        "servers": [{"url": url}],
        "tags": [{"name": s.layer.id, "description": s.layer.title_shown} for s in shares],
        "paths": paths,
        "security": [{}, {"bearer": []}, {"basic": []}, {"token": []}],
        "components": {
            "schemas": {"problem": parts.PROBLEM, "geometry": parts.GEOMETRY},
            "parameters": parts.parameters(),
            "responses": parts.responses(),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "basic": {"type": "http", "scheme": "basic"},
                "token": {"type": "apiKey", "in": "query", "name": "token"},
            },
        },
    }
    return in_reader_language(document)


def _city_name() -> str:
    return city().name_en if in_english() else city().name
