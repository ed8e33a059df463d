"""Reads of base geography: what a district is called."""

from spatial.versions.models import VersionedQuerySet


def district_name(districts: VersionedQuerySet, code: str) -> str:
    """The name of a village with its town's before it; '' for a code that names none.

    ``districts`` are those of one moment.
    """
    names = dict(
        districts.filter(code__in=[code, code[:9]])
        .exclude(level="county")
        .values_list("code", "name")
    )
    wanted = [code[:9], code] if len(code) > 9 else [code]
    return " ".join(names[c] for c in wanted if c in names)
