"""Run as a script: management commands, one after another, in a city of its own.

Reads a JSON list of commands from its first argument, and from its second the folder
for files that are kept; prints a JSON list of what came of each: what it printed, why
it failed, and the parcels that stand afterwards.
"""

import io
import json
import sys
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.management.base import CommandError  # noqa: E402

from spatial.parcels.models import Parcel  # noqa: E402


def standing() -> dict[str, list[str]]:
    return {
        parcel.code: [parcel.location, parcel.district_code, parcel.geom.hexewkb.decode()]
        for parcel in Parcel.objects.current().order_by("code")
    }


def carried_out(command: list[str]) -> dict:
    out, error = io.StringIO(), ""
    try:
        call_command(*command, stdout=out)
    except CommandError as refused:
        error = str(refused)
    return {"out": out.getvalue(), "error": error, "standing": standing()}


if __name__ == "__main__":
    settings.VAR = Path(sys.argv[2])
    call_command("migrate", verbosity=0)
    print(json.dumps([carried_out(command) for command in json.loads(sys.argv[1])]))
