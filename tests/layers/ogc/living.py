"""A register that many hands change at once, while consumers keep copies of it by the feed.

Writers through the store and through the API, imports and their undoing, undoing of other
people's changes, transactions that get an early number and commit late, and some that
never commit: whatever they do, the copies must end equal to the original.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction

from importers.errors import DeliveryRefused
from importers.runs.outcome import Terms
from importers.runs.run import start
from importers.runs.run import undo as undo_import
from spatial.parcels.models import Building, Parcel
from spatial.versions.actions import apply, record_change, undo
from spatial.versions.edits import Action, Edit, VersionConflict
from spatial.versions.models import Change
from tests.factories import square
from tests.importers.files import gpkg, plots
from tests.layers.ogc.copies import Copy
from tests.layers.ogc.writers import MERGE_PATCH, feature, ring

VILLAGE, OTHER = "431382001001", "431382002001"
CODES = 60  # few, so that hands meet
BATCH = 40
LATE_S = 0.15
PAUSE_S = 0.01

Send = Callable[..., int]


class Abandoned(Exception):
    """A transaction that is not to be."""


@dataclass
class Life:
    """The hands, what they did, and the consumers who look on."""

    folder: Path
    send: Send  # (method, url, body, media, headers) → status
    copies: list[Copy]
    seed: int = 1
    stopped: threading.Event = field(default_factory=threading.Event)
    done: Counter = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    longest_s: float = 0.0

    def run(
        self, seconds: float, pause_s: float = PAUSE_S, until: Callable[[], bool] | None = None
    ) -> None:
        """Let everybody work for so long, then let the consumers catch up.

        ``until``: on a slow machine ten times as long at most, until that is so.
        """
        hands = [self.edit, self.edit, self.call, self.be_late, self.take_in, self.take_back]
        jobs = [(hand, n) for n, hand in enumerate(hands)] + [(c, 0) for c in self.copies]
        threads = [
            threading.Thread(target=self._keep_on, args=(job, n, pause_s)) for job, n in jobs
        ]
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        ends = time.monotonic() + 9 * seconds
        while until and not until() and not self.faults and time.monotonic() < ends:
            time.sleep(seconds / 8)
        self.stopped.set()
        for thread in threads:
            thread.join(60)
        for copy in self.copies:
            copy.catch_up()

    def _keep_on(self, job: Any, number: int, pause_s: float) -> None:
        dice = random.Random(self.seed * 100 + number)
        try:
            while not self.stopped.is_set():
                if isinstance(job, Copy):
                    self._look(job)
                else:
                    self._work(job, dice)
                time.sleep(pause_s)
        except BaseException as error:  # noqa: BLE001  told by the test
            self.faults.append(f"{getattr(job, '__name__', 'copy')}: {error!r}")
        finally:
            connection.close()

    def _look(self, copy: Copy) -> None:
        more = True
        while more and not self.stopped.is_set():
            begun = time.monotonic()
            more = copy.follow()
            self.longest_s = max(self.longest_s, time.monotonic() - begun)

    def _work(self, hand: Callable[[random.Random], str], dice: random.Random) -> None:
        try:
            self.done[hand(dice)] += 1
        except (DeliveryRefused, Abandoned) as error:  # a Conflict comes as Refused from imports
            self.done[type(error).__name__] += 1
        except (IntegrityError, OperationalError) as error:  # a deadlock, told by PostgreSQL
            self.done[type(error.__cause__).__name__] += 1

    def edit(self, dice: random.Random) -> str:
        """One to five features in one change through the store."""
        with suppress(VersionConflict):
            made = record_change(who="edit", why="编辑")
            apply(made, Parcel, self._edits(dice, dice.randint(1, 5)))
            return "edits"
        return "edits refused"

    def be_late(self, dice: random.Random) -> str:
        """An early change that commits late, or never, and touches another register first."""
        with suppress(VersionConflict), transaction.atomic():
            made = record_change(who="late", why="迟交")
            if dice.random() < 0.5:
                values = {"geom": square(dice.randint(0, 500), 50)}
                apply(made, Building, [Edit(Action.OPEN, f"B{time.time_ns()}", values)])
            time.sleep(dice.random() * LATE_S)
            apply(made, Parcel, self._edits(dice, 2))
            time.sleep(dice.random() * LATE_S)
            if dice.random() < 0.3:
                raise Abandoned
            return "late"
        return "late refused"

    def call(self, dice: random.Random) -> str:
        """One write through the API."""
        code = f"A{dice.randrange(CODES)}"
        url = f"/ogc/collections/parcels/items/{code}"
        where = ring(dice.randint(0, 500), dice.randint(0, 500))
        village = dice.choice((VILLAGE, OTHER))
        body = feature(code, where, land_use=str(dice.randrange(99)), district_code=village)
        method = dice.choice(("POST", "PUT", "PATCH", "DELETE"))
        if method == "POST":
            return f"POST {self.send('POST', url.rpartition('/')[0], body)}"
        if method == "PATCH":
            patch = {"properties": {"land_use": str(dice.randrange(99))}}
            return f"PATCH {self.send('PATCH', url, patch, media=MERGE_PATCH)}"
        return f"{method} {self.send(method, url, body if method == 'PUT' else None)}"

    def take_in(self, dice: random.Random) -> str:
        """A delivery, sometimes undone."""
        number = dice.randint(2, BATCH)
        frame = plots(number, land_use=[str(dice.randrange(99)) for _ in range(number)])
        frame["district_code"] = [dice.choice((VILLAGE, OTHER)) for _ in range(number)]
        path = gpkg(self.folder, frame, f"d{threading.get_ident()}")
        terms = Terms(who="import", partial=True, checks=False, keep=False)
        outcome = start([path], "parcels", terms=terms, commit=True)
        if dice.random() < 0.4:
            undo_import(outcome.run.pk, "import")
            return "import undone"
        return "imports"

    def take_back(self, dice: random.Random) -> str:
        """Undo a recent change of anybody's; where later ones stand on it, it is refused."""
        recent = list(Change.objects.order_by("-id")[:4])
        if not recent:
            return "nothing to undo"
        with suppress(VersionConflict):
            undo(dice.choice(recent), who="undo", why="撤销")
            return "undone"
        return "undo refused"

    def _edits(self, dice: random.Random, number: int) -> list[Edit]:
        codes = dice.sample([f"E{n}" for n in range(CODES)], number)
        standing = set(
            Parcel.objects.current().filter(code__in=codes).values_list("code", flat=True)
        )
        return [self._one(dice, code, code in standing) for code in codes]

    def _one(self, dice: random.Random, code: str, stands: bool) -> Edit:
        if stands and dice.random() < 0.3:
            return Edit(Action.END, code)
        values = {
            "geom": square(dice.randint(0, 900), dice.randint(0, 900)),
            "land_use": str(dice.randrange(99)),
            "location": f"人民路{dice.randrange(999)}号",
            "right_holder": "张三",
            "district_code": dice.choice((VILLAGE, OTHER)),
            "registered_on": datetime.now(UTC).date(),
        }
        return Edit(Action.REPLACE if stands else Action.OPEN, code, values)
