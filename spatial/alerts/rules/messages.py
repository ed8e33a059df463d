"""What a CAP 1.2 message says, as values. Pure.

Positions are (longitude, latitude) in WGS 84 here, as everywhere in this house; the document
writes "latitude,longitude", and only `documents` knows that.
"""

from dataclasses import dataclass, field
from datetime import datetime

Position = tuple[float, float]


@dataclass(frozen=True)
class Reference:
    """An earlier message: who sent it, what it is called, when it was sent."""

    sender: str
    identifier: str
    sent: str

    def __str__(self) -> str:
        return f"{self.sender},{self.identifier},{self.sent}"


@dataclass(frozen=True)
class AlertCircle:
    """A middle and a radius in kilometres."""

    centre: Position
    radius_km: float


@dataclass(frozen=True)
class AlertArea:
    """Where: words, rings, circles, and codes of divisions as (scheme, value)."""

    description: str
    polygons: tuple[tuple[Position, ...], ...] = ()
    circles: tuple[AlertCircle, ...] = ()
    geocodes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class AlertInfo:
    """What is said in one language."""

    event: str
    category: tuple[str, ...]
    urgency: str
    severity: str
    certainty: str
    language: str = "en-US"  # as CAP takes it where it is not given
    event_codes: tuple[tuple[str, str], ...] = ()
    response_types: tuple[str, ...] = ()
    effective: datetime | None = None
    onset: datetime | None = None
    expires: datetime | None = None
    sender_name: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    web: str = ""
    contact: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    areas: tuple[AlertArea, ...] = ()


@dataclass(frozen=True)
class Alert:
    """One message."""

    identifier: str
    sender: str
    sent: datetime
    status: str
    kind: str  # msgType: Alert, Update, Cancel, Ack, Error
    scope: str
    source: str = ""
    restriction: str = ""
    addresses: str = ""
    codes: tuple[str, ...] = ()
    note: str = ""
    references: tuple[Reference, ...] = ()
    incidents: str = ""
    infos: tuple[AlertInfo, ...] = ()
    sent_text: str = field(default="", compare=False)  # as it was written: references repeat it

    @property
    def reference(self) -> Reference:
        """How later messages refer to this one."""
        return Reference(self.sender, self.identifier, self.sent_text or written(self.sent))


def written(moment: datetime) -> str:
    """A moment as CAP wants it: seconds, and an offset that is never Z.

    >>> from datetime import timezone
    >>> written(datetime(2026, 6, 17, 1, 30, tzinfo=timezone.utc))
    '2026-06-17T01:30:00-00:00'
    """
    if moment.tzinfo is None:
        raise ValueError("a moment has its zone")
    text = moment.replace(microsecond=0).isoformat()
    # CAP 1.2, 3.2.1: zero is written -00:00.
    return f"{text[:-6]}-00:00" if text.endswith("+00:00") else text
