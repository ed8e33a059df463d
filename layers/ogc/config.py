"""pygeoapi's configuration, generated from the layer declarations."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from layers.access import ANONYMOUS, Sharing, visible
from layers.declarations import Layer
from layers.ogc.requests import CRS84, MAX_LIMIT, epsg_uri, offered_crs
from layers.registry import all_layers
from spatial.city import city

CONFIG_FILE = Path(settings.BASE_DIR) / "pygeoapi-config.yml"
HEADER = """\
# Generated from the layer declarations by `manage.py pygeoapi_config`; do not edit.
# Shows what an anonymous caller may see; each caller's own view of it is made per request.
"""
PUBLISHED_URL = "http://127.0.0.1:8000/ogc"


def pygeoapi_config(layers: Iterable[Layer], url: str) -> dict[str, Any]:
    """A configuration that shows these layers under this address."""
    return {
        "server": _server(url),
        "logging": {"level": "ERROR"},
        "metadata": _metadata(url),
        "resources": {layer.id: _resource(layer, url) for layer in layers},
    }


def published(layers: Iterable[Layer]) -> list[Layer]:
    """Those that the API may show at all; withheld layers have no endpoint."""
    return [layer for layer in layers if layer.sharing is not Sharing.WITHHELD]


def config_text() -> str:
    """The content of pygeoapi-config.yml."""
    config = pygeoapi_config(visible(ANONYMOUS, published(all_layers())), PUBLISHED_URL)
    return HEADER + yaml.safe_dump(config, allow_unicode=True, sort_keys=False, width=100)


def _server(url: str) -> dict[str, Any]:
    return {
        "bind": {"host": "127.0.0.1", "port": 8000},
        "url": url,
        "mimetype": "application/json; charset=UTF-8",
        "encoding": "utf-8",
        "languages": ["zh-CN", "en-US"],
        "pretty_print": False,
        "limits": {"default_items": 100, "max_items": MAX_LIMIT},
        "templates": {"path": "layers/ogc/templates", "static": "webmap/static"},
        "map": {"url": "", "attribution": ""},
        "api_rules": {"strict_slashes": True, "api_version": "0.1.0"},
    }


def _metadata(url: str) -> dict[str, Any]:
    profile = city()
    return {
        "identification": {
            "title": {"zh": f"图经 · {profile.name}", "en": f"Tujing · {profile.name_en}"},
            "description": {
                "zh": f"{profile.name}空间信息平台开放接口",
                "en": f"Spatial information platform of {profile.name_en}",
            },
            "keywords": {"zh": ["空间信息", profile.name], "en": ["geospatial", profile.name_en]},
            "keywords_type": "theme",
            "terms_of_service": None,
            "url": url,
        },
        "license": {"name": "按各图层共享类别", "url": url},
        "provider": {"name": f"{profile.name}人民政府", "url": url},
        "contact": {"name": "数据管理", "email": ""},
    }


def _resource(layer: Layer, url: str) -> dict[str, Any]:
    profile = city()
    extent = profile.extent
    here = f"{url}/collections/{layer.id}"
    return {
        "type": "collection",
        "title": {"zh": layer.title, "en": layer.title_en},
        "description": {"zh": layer.description, "en": layer.title_en},
        "keywords": {"zh": [layer.title, layer.steward], "en": [layer.title_en]},
        "links": [
            {
                "type": "application/json",
                "rel": "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector",
                "title": "矢量瓦片",
                "href": f"{here}/tiles",
            }
        ],
        "extents": {
            "spatial": {
                "bbox": [extent.west, extent.south, extent.east, extent.north],
                "crs": CRS84,
            },
            "temporal": {"begin": None, "end": None},
        },
        "providers": [
            {
                "type": "feature",
                "name": "layers.ogc.provider.RegistryProvider",
                "data": layer.id,
                "id_field": "code",
                "time_field": "valid_from",
                "crs": list(offered_crs()),
                "storage_crs": epsg_uri(profile.projected),
            }
        ],
    }
