"""Reads of base geography: what a district is called."""

from spatial.base.models import District
from spatial.periods import AsOf


def district_name(code: str, as_of: AsOf) -> str:
    """The name of a village with its town's before it; '' for a code that names none."""
    names = dict(
        District.objects.as_of(as_of)
        .filter(code__in=[code, code[:9]])
        .exclude(level="county")
        .values_list("code", "name")
    )
    wanted = [code[:9], code] if len(code) > 9 else [code]
    return " ".join(names[c] for c in wanted if c in names)
