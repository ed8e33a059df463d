"""The database learns of the request before a row is added that is audited.

Triggers read it from the setting ``tujing.origin``, which holds for one transaction.
"""

import json
from dataclasses import asdict
from typing import Any

from django.db import connections

from spatial.audit.origins import NOWHERE, current_origin
from spatial.versions.append_only import AppendOnly


def announce(sender: type[Any], using: str = "default", **_: Any) -> None:
    """A receiver of ``pre_save``: name the request, if this thread answers one."""
    origin = current_origin()
    if origin != NOWHERE and issubclass(sender, AppendOnly) and sender.audited:
        with connections[using].cursor() as cursor:
            text = json.dumps(asdict(origin))
            cursor.execute("SELECT set_config('tujing.origin', %s, true)", [text])
