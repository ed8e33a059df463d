"""From the files into the stage: compared, checked, and rid of what cannot be taken in.

What ends is decided again after every rejection, and the rules are gone through again
after that: what stays, because the row that would replace it was rejected, is a
neighbour beside which the others were not looked at.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from importers.checks.run_checks import ReportedFindings, check_stage
from importers.models import ImportRun
from importers.reading.delivery import Delivery
from importers.runs import commit as committing
from importers.runs.outcome import Terms
from importers.runs.progress import Progress
from importers.staging.component_cells import fill_cells, note_cells
from importers.staging.difference import (
    StagedDifference,
    compare,
    count_again,
    reject_duplicates,
    reject_incomplete,
    reject_rows,
)
from importers.staging.ending import Grounds
from importers.staging.staging import Stage, expect_many
from importers.values.columns import Register
from importers.values.issues import IssueLog
from layers.declarations.declarations import Layer
from spatial.versions.queries import revision_of


@dataclass
class Trial:
    """One delivery on its way into the stage of its run, in the caller's transaction."""

    cursor: Any
    run: ImportRun
    layer: Layer
    register: Register
    delivery: Delivery
    terms: Terms
    log: IssueLog
    progress: Progress
    difference: StagedDifference = field(default_factory=StagedDifference)

    @cached_property
    def stage(self) -> Stage:
        """The run's stage."""
        return Stage(self.run.pk)

    @cached_property
    def files(self) -> list[str]:
        """The names of the files by their number."""
        return [opened.table.name for opened in self.delivery.opened]

    @cached_property
    def grounds(self) -> Grounds:
        """What ends, and on which ground."""
        table = f'"{self.layer.model._meta.db_table}"'
        return Grounds(self.cursor, self.stage, table, self.register)

    def stage_all(self, *, review: bool) -> StagedDifference:
        """Read, compare, check. For a ``review``, what nothing replaces ends only if chosen."""
        self._read()
        self.progress.step("比较")
        self._compare()
        if self.terms.checks:
            self.progress.step("检查")
            self._check()
        self._settle(review)
        return self.difference

    def _read(self) -> None:
        self.stage.create(self.cursor, self.layer.model)
        self.progress.step("读取")
        for encoded in self.delivery.batches():
            self.stage.copy(self.cursor, encoded, self.layer.model)
            self.log.add(encoded.batch.issues)
            self.progress.advance(len(encoded.batch))
        if self.delivery.features >= committing.MANY or self.delivery.features < 0:
            expect_many(self.cursor)

    def _compare(self) -> None:
        cursor, stage, carried = self.cursor, self.stage, self.delivery.carried
        note_cells(self.run, self.layer)
        has_place = bool(self.register.kinds)
        self.log.add(reject_duplicates(cursor, stage, self.files, has_place))
        fill_cells(cursor, stage, self.layer, carried)
        ended = None if self.terms.ended is None else list(self.terms.ended)
        whole = not self.terms.partial
        self.difference = compare(cursor, stage, self.layer.model, carried, ended, whole=whole)
        fill_cells(cursor, stage, self.layer, carried)
        self.log.add(reject_incomplete(cursor, stage, self.register, carried, self.files))
        self._hold()

    def _check(self) -> None:
        """The rules between features; a row in error leaves the stage, until none does."""
        told = ReportedFindings()
        while True:
            found = check_stage(self.cursor, self.stage.table, self.layer.id, self.files)
            checked = found.without(told)
            self.log.add_all(checked.issues, checked.totals)
            self.log.add(checked.partners(self.files))
            told.add(checked)
            has_place = bool(self.register.kinds)
            if not reject_rows(self.cursor, self.stage, checked.errors, has_place):
                return
            self._hold()

    def _hold(self) -> None:
        named = self.terms.ended is not None
        held = self.grounds.hold(self.files, self.terms.ancestry, named)
        self.difference.held += len(held)
        self.log.add(held)

    def _settle(self, review: bool) -> None:
        """Count what is left, and note what a later commit must know."""
        if self.terms.ended is None:
            self.difference.lone = self.grounds.count_lone()
            if review and self.difference.lone:
                self.grounds.mark_lone()
        count_again(self.cursor, self.stage, self.difference)
        self.run.options["tables"] = self.files
        self.run.options["carried"] = sorted(self.delivery.carried)
        self.cursor.execute(f"SELECT count(*) FROM {self.stage.table}")
        self.run.options["staged"] = self.cursor.fetchone()[0]
        self.run.options["revision"] = revision_of(self.layer.model)
