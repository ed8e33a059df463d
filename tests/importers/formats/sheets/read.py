"""What a table holds, for comparison."""

import numpy as np
import shapely


def whole(table):
    """The only batch with every column."""
    batches = list(table.batches(table.fields))
    numbers = [n for rows in batches for n in rows.numbers.tolist()]
    assert numbers == list(range(1, len(numbers) + 1))
    return batches[0]


def columns(table, *names):
    rows = whole(table)
    return {n: rows.columns[n].tolist() for n in (names or table.fields)}


def shapes(table):
    return shapely.from_wkb(whole(table).wkb)


def xy(table):
    return np.round(shapely.get_coordinates(shapes(table)), 4).tolist()


def codes(table):
    return [remark.code for remark in table.remarks]


def remark(table, code):
    (found,) = [r for r in table.remarks if r.code == code]
    return found
