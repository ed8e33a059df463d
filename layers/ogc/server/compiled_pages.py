"""The templates of pygeoapi's pages: compiled once in a process, said in the reader's language."""

from functools import partial
from typing import Any

import pygeoapi.l10n
import pygeoapi.util
from django.utils.translation import gettext, ngettext
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket


class _Compiled(BytecodeCache):
    """Compiled templates by their path; one whose text has changed is compiled anew."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give jinja what it has compiled before."""
        if code := self._kept.get(bucket.key):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what jinja has just compiled."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


class _Environment(Environment):
    """An environment whose texts come from the catalogue of the site."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.install_gettext_translations = self._install_ours

    def _install_ours(self, *_ignored: Any) -> None:
        """Take the site's texts where pygeoapi would install none."""
        self.install_gettext_callables(gettext, ngettext)  # type: ignore[attr-defined]


class _NothingKept(dict):
    """Pygeoapi keeps the first configuration of a language for all later pages, whoever asks.

    Ours differs by caller, host and what of the terrain is there, so none is kept.
    """

    def __setitem__(self, _language: Any, _config: Any) -> None:
        """Forget it."""


def install() -> None:
    """Have pygeoapi, which makes an environment for each page, share what they compile."""
    pygeoapi.l10n._cfg_cache = _NothingKept()
    pygeoapi.util.Environment = partial(_Environment, bytecode_cache=_Compiled())  # type: ignore[misc]
