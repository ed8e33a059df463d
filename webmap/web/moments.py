"""Moments and lengths of time as people read them."""

from datetime import datetime, timedelta

from django.utils import timezone


def span(length: timedelta) -> str:
    """A length of time in two units at most."""
    minutes = int(length.total_seconds() // 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} 天 {hours} 小时" if hours else f"{days} 天"
    return f"{hours} 小时 {minutes} 分" if hours else f"{minutes} 分"


def local(moment: datetime | None) -> str:
    """A moment in the city's time; with its year, where that is not this one."""
    if moment is None:
        return ""
    here = timezone.localtime(moment)
    is_this_year = here.year == timezone.localtime().year
    return f"{here:%m-%d %H:%M}" if is_this_year else f"{here:%Y-%m-%d %H:%M}"
