"""The templates of pygeoapi's pages are compiled once in a process, not for every page."""

from functools import partial

import pygeoapi.util
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


def install() -> None:
    """Have pygeoapi, which makes an environment for each page, share what they compile."""
    pygeoapi.util.Environment = partial(Environment, bytecode_cache=_Compiled())  # type: ignore[misc]
