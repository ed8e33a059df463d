"""What stops a whole delivery; a bad row never does (see ``importers.values.issues``)."""

from collections.abc import Sequence


class ImportersError(Exception):
    """The base of what stops a delivery, or a step of its reading."""


WAL_MISSING = "wal-missing"
WITHOUT_WAL = "GeoPackage 来时没有 -wal 文件，最后的修改可能不在其中"


class DeliveryRefused(ImportersError):
    """A delivery that cannot be taken in at all. The message is one line for its sender.

    ``run_id`` is the run on record, where it got so far; ``columns`` are the file's
    columns, where it is their meaning that is not known; ``tables`` are the file's tables,
    where none of several was named.
    """

    def __init__(
        self,
        message: str,
        hint: str = "",
        columns: Sequence[str] = (),
        tables: Sequence[str] = (),
    ) -> None:
        self.message, self.hint, self.columns = message, hint, tuple(columns)
        self.tables = tuple(tables)
        self.run_id: int | None = None
        super().__init__(f"{message}；{hint}" if hint else message)


class UnreadableTable(DeliveryRefused):
    """A table of text that lacks a column, has one twice, or cannot be read."""
