"""Modules of a name in the installed apps that are no floor of this house.

A register of its own app declares what it adds in modules that are found by their names:
``layers.py`` (LAYERS), ``sources.py`` (SOURCES), ``checks.py`` (RULES), ``sample.py``
(deliveries), ``profession.py`` (PROFESSION). No other module lists it.
"""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from django.apps import apps

FLOORS = frozenset({"spatial", "grid", "layers", "importers", "webmap"})


def app_modules(name: str, attribute: str) -> list[ModuleType]:
    """The modules of that name that have the attribute, in the order of INSTALLED_APPS."""
    modules = (import_module(path) for path in _paths(name))
    return [module for module in modules if hasattr(module, attribute)]


@cache
def _paths(name: str) -> tuple[str, ...]:
    packages = [config.name for config in apps.get_app_configs()]
    outside = [package for package in packages if package.split(".")[0] not in FLOORS]
    return tuple(f"{p}.{name}" for p in outside if find_spec(f"{p}.{name}"))
