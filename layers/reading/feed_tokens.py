"""Tokens of the change feed: how far a consumer has read a collection."""

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass

from layers.reading.digests import tag_of
from layers.reading.revisions import access_class
from layers.reading.shares import Share


@dataclass(frozen=True)
class Token:
    """How far a consumer has read: every entry up to a revision, and of it up to a code."""

    revision: int
    code: str = ""  # '': the whole revision
    share: str = ""

    def __str__(self) -> str:
        text = json.dumps([self.revision, self.code, self.share], separators=(",", ":"))
        return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def token_at(share: Share, revision: int) -> Token:
    """The token of a share from which everything after a revision follows."""
    return Token(revision, "", tag_of(access_class(share)))
