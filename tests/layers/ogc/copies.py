"""A consumer that keeps a copy of a collection current, as the documentation tells it to."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

Get = Callable[[str], tuple[int, bytes]]


class Copy:
    """The features of a collection by code, kept by the change feed."""

    def __init__(self, get: Get, collection: str, *, page: int = 100) -> None:
        self.get, self.page = get, page
        self.base = f"/ogc/collections/{collection}"
        self.features: dict[str, Any] = {}
        self.next = ""
        self.entries = 0

    def begin(self) -> None:
        """Take a token, then read everything."""
        self.next = self._read(f"{self.base}/feed")["next"]
        url = f"{self.base}/items?limit={self.page}"
        while url:
            document = self._read(url)
            for feature in document["features"]:
                self.features[feature["id"]] = plain(feature)
            following = [x["href"] for x in document["links"] if x["rel"] == "next"]
            url = within(following[0]) if following else ""

    def follow(self) -> bool:
        """Apply one page of the feed; whether more is waiting."""
        answer = self._read(f"{self.base}/feed?since={self.next}&limit={self.page}")
        for entry in answer["entries"]:
            if entry["feature"] is None:
                self.features.pop(entry["code"], None)
            else:
                self.features[entry["code"]] = plain(entry["feature"])
        self.entries += len(answer["entries"])
        self.next = answer["next"]
        return answer["hasMore"]

    def catch_up(self) -> None:
        """Apply pages until none is waiting."""
        while self.follow():
            pass

    def _read(self, url: str) -> Any:
        status, body = self.get(url)
        assert status == 200, f"{url}: {status} {body[:500].decode()}"
        return json.loads(body)


def plain(feature: dict[str, Any]) -> dict[str, Any]:
    """A feature without its links."""
    return {name: value for name, value in feature.items() if name != "links"}


def within(href: str) -> str:
    """An address of an answer, below the host."""
    parts = urlsplit(href)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
