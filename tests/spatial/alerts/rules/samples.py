"""Messages for tests: made by hand, and the files of google/cap-library beside this one."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from spatial.alerts.rules.messages import Alert, AlertArea, AlertInfo

FOLDER = Path(__file__).parent / "files"
BEIJING = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 6, 17, 12, tzinfo=BEIJING)
RING = ((111.6, 27.6), (111.7, 27.6), (111.7, 27.7), (111.6, 27.7), (111.6, 27.6))
TOWNS = ("431382100", "431382101", "431382102")


def area(*codes: str, **fields: object) -> AlertArea:
    return AlertArea("某镇", geocodes=tuple(("adcode", code) for code in codes), **fields)  # type: ignore[arg-type]


def info(*areas: AlertArea, severity: str = "Severe", **fields: object) -> AlertInfo:
    values = {
        "event": "暴雨",
        "category": ("Met",),
        "urgency": "Expected",
        "certainty": "Likely",
        "language": "zh-CN",
        "event_codes": (("12379", "11B03"),),
        "expires": NOON + timedelta(hours=12),
        **fields,
    }
    return AlertInfo(severity=severity, areas=areas, **values)  # type: ignore[arg-type]


def alert(
    name: str, *infos: AlertInfo, kind: str = "Alert", minutes: int = 0, **fields: object
) -> Alert:
    values = {"sender": "weather@example.org", "status": "Actual", "scope": "Public", **fields}
    sent = NOON + timedelta(minutes=minutes)
    return Alert(identifier=name, sent=sent, kind=kind, infos=infos, **values)  # type: ignore[arg-type]
