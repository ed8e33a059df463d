"""What is refused of notices, and what keeps one from being delivered."""

from spatial.errors import SpatialError


class UnknownTopic(SpatialError, LookupError):
    """A topic that nobody has declared."""


class TopicTwice(SpatialError, ValueError):
    """Two topics of one id."""


class NoticeRefused(SpatialError, ValueError):
    """An order that cannot be taken: values that are not plain, or too many."""


class NotDelivered(SpatialError):
    """A channel did not take a message; ``is_final`` where trying again is no use."""

    def __init__(self, message: str, *, is_final: bool = False) -> None:
        super().__init__(message)
        self.is_final = is_final
