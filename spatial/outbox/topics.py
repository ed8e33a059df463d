"""Topics: what notices are about. Rooms above declare theirs when the site starts."""

from dataclasses import dataclass

from django.utils.functional import Promise

from spatial.outbox.errors import TopicTwice, UnknownTopic
from spatial.outbox.rules import Channel
from spatial.worktime import TimeLimit

SUPERIOR = "superior"


@dataclass(frozen=True)
class Escalation:
    """Who hears of it when a notice stays unread for so long.

    ``to`` is ``SUPERIOR``, who holds the posts above, or the code of a post: who is on duty there.
    """

    after: TimeLimit
    to: str = SUPERIOR


@dataclass(frozen=True)
class Topic:
    """A kind of notices: by which channels it comes where a person has not chosen otherwise.

    What may not wait is urgent each time: quiet hours do not hold it, and nobody turns it off
    in the inbox.
    """

    id: str
    title: str | Promise
    channels: frozenset[Channel] = frozenset({Channel.INBOX})
    may_wait: bool = True
    escalation: Escalation | None = None


_topics: dict[str, Topic] = {}


def declare_topic(topic: Topic) -> None:
    """Let notices be ordered about a topic.

    Raises:
        TopicTwice: another one has its id.
    """
    if _topics.setdefault(topic.id, topic) != topic:
        raise TopicTwice(f"主题 {topic.id} 声明了两次 / topic {topic.id} is declared twice")


def topic_named(topic_id: str) -> Topic:
    """A topic by its id.

    Raises:
        UnknownTopic: nobody has declared it.
    """
    if topic_id not in _topics:
        raise UnknownTopic(f"没有声明主题 {topic_id[:40]} / no topic {topic_id[:40]}")
    return _topics[topic_id]


def all_topics() -> tuple[Topic, ...]:
    """Every declared topic, by its id."""
    return tuple(_topics[name] for name in sorted(_topics))
