"""pygeoapi's configuration, generated from the layer declarations."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.utils.translation import gettext as _

from layers.access.access import ANONYMOUS
from layers.ogc.common.requests import CRS84, MAX_LIMIT, epsg_uri, offered_crs
from layers.ogc.common.texts import in_english_words
from layers.ogc.formats.links import format_links
from layers.reading.shares import Share, shares_of
from spatial.city import city
from spatial.languages import in_english

CONFIG_FILE = Path(settings.BASE_DIR) / "pygeoapi-config.yml"
HEADER = """\
# Generated from the layer declarations by `manage.py pygeoapi_config`; do not edit.
# Shows what an anonymous caller may see; each caller's own view of it is made per request.
"""
PUBLISHED_URL = "http://127.0.0.1:8000/ogc"


def pygeoapi_config(shares: Iterable[Share], url: str) -> dict[str, Any]:
    """A configuration that shows these shares of layers under this address."""
    return {
        "server": _server(url),
        "logging": {"level": "ERROR"},
        "metadata": _metadata(url),
        "resources": {share.layer.id: _resource(share, url) for share in shares},
    }


def config_text() -> str:
    """The content of pygeoapi-config.yml."""
    config = pygeoapi_config(shares_of(ANONYMOUS), PUBLISHED_URL)
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
        "license": {"name": _("按各图层共享类别"), "url": url},
        "provider": {
            "name": _("%(city)s人民政府") % {"city": _city_name()},
            "url": f"{url}?f=html",
        },
        "contact": {"name": _("数据管理"), "email": ""},
    }


def _tiles_link(here: str) -> dict[str, str]:
    return {
        "type": "application/json",
        "rel": "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector",
        "title": _("矢量瓦片"),
        "href": f"{here}/tiles",
    }


def _resource(share: Share, url: str) -> dict[str, Any]:
    layer = share.layer
    profile = city()
    extent = profile.extent
    here = f"{url}/collections/{layer.id}"
    return {
        "type": "collection",
        "title": {"zh": layer.title, "en": layer.title_en},
        "description": {"zh": layer.description, "en": in_english_words(layer.description)},
        "keywords": {
            "zh": [layer.title, layer.steward],
            "en": [layer.title_en, in_english_words(layer.steward)],
        },
        "links": [*([_tiles_link(here)] if layer.geometry else []), *format_links(here)],
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
                "name": "layers.ogc.common.provider.RegistryProvider",
                "data": layer.id,
                "visible": [field.name for field in share.fields],
                "id_field": "code",
                "crs": list(offered_crs()),
                "storage_crs": epsg_uri(profile.projected),
            }
        ],
    }


def _city_name() -> str:
    return city().name_en if in_english() else city().name
