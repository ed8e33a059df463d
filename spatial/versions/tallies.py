"""What a register keeps a tally of: a declaration on its model, plain values."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tally:
    """How many versions stand by the values of some columns, and a sum over them.

    ``total`` is SQL over a version ``v``; '' sums nothing. The columns must have few
    values: each makes a row for every day on which it changed.

    >>> Tally("storeys", ("storeys_above",), "v.floor_area_m2").sql_total
    'v.floor_area_m2'
    """

    name: str
    columns: tuple[str, ...]
    total: str = ""

    @property
    def sql_total(self) -> str:
        """The summand as SQL."""
        return self.total or "NULL"


ALL = Tally("", ("schematic",))  # every register keeps it
