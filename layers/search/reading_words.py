"""Reads the words of new versions and keeps them with their pinyin: a job, queued by the clocks.

A register is read from the revision at which it was last read, the first time as a whole.
Free texts (descriptions) are left out: they are found by what is written, and name people.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connection, transaction
from django_tasks import task

from layers.declarations.declarations import Layer
from layers.declarations.registry import all_layers
from layers.jobs.leases import is_to_be_repeated, repeatable, unfinished
from layers.models import SearchState
from layers.search.words import TABLE, source_of
from spatial.versions.models import Revision, RevisionChange
from spatial.versions.upkeep import tidy_indexes

LONGEST_FIELD = 200  # characters; beyond, it is no name and no address
LONGEST_WORD = 12
BATCH = 5_000
RUN = "[〇㐀-䶿一-鿿]{2,}"
MARKS = f'"{RevisionChange._meta.db_table}"'


@task()
@repeatable
def read_words() -> dict[str, int]:
    """Read every register that has changed and tidy its index; returns how many words, by layer."""
    found = {}
    for layer in _unread():
        found[layer.id] = _read(layer)
        with connection.cursor() as cursor:
            tidy_indexes(cursor, layer.model._meta.db_table)
    return found


def queue_reading() -> bool:
    """Queue the job if a register has changed, or it has failed, and none waits or is at work."""
    path = read_words.module_path
    if unfinished(path) or not (_unread() or is_to_be_repeated(path)):
        return False
    read_words.enqueue()
    return True


def spelled(run: str) -> list[str]:
    """The pinyin of each character of a run of Chinese characters, as the whole run is read.

    >>> spelled("重庆路"), spelled("绿地")
    (['chong', 'qing', 'lu'], ['lv', 'di'])
    """
    from pypinyin import lazy_pinyin  # 3 s to load

    return [syllable.lower() for syllable in lazy_pinyin(run, errors=list)]  # type: ignore[arg-type]


def words_in(run: str) -> Iterator[tuple[str, str, str, str]]:
    """The words that begin at each character of a run: word, spelling, pinyin, initials.

    >>> list(words_in("人民路"))
    [('人民路', 'ren min lu', 'renminlu', 'rml'), ('民路', 'min lu', 'minlu', 'ml')]
    """
    syllables = spelled(run)
    for start in range(len(run) - 1):
        part = syllables[start : start + LONGEST_WORD]
        word = run[start : start + LONGEST_WORD]
        yield word, " ".join(part), "".join(part), "".join(one[0] for one in part)


def spelled_fields(layer: Layer) -> list[str]:
    """The searched fields whose words have pinyin."""
    return [
        name
        for name in layer.search
        if (layer.column(name).max_length or LONGEST_FIELD + 1) <= LONGEST_FIELD
    ]


def _unread() -> list[Layer]:
    """The layers whose register has changed since its words were read."""
    numbers = dict(Revision.objects.values_list("register", "number"))
    known = {state.layer: (state.fields, state.number) for state in SearchState.objects.all()}
    return [
        layer
        for layer in all_layers()
        if (fields := _named(layer))
        and layer.register in numbers
        and known.get(layer.id) != (fields, numbers[layer.register])
    ]


def _named(layer: Layer) -> str:
    return " ".join(spelled_fields(layer))


def _read(layer: Layer) -> int:
    fields, register = _named(layer), layer.register
    number = Revision.objects.get(pk=register).number
    state = SearchState.objects.filter(pk=layer.id, fields=fields).first()
    found: dict[tuple[str, str, str, str], set[str]] = {}
    for name in spelled_fields(layer):
        for run in _runs(layer, name, state.number if state else 0, number):
            for word in words_in(run):
                found.setdefault(word, set()).add(source_of(layer.id, name))
    with transaction.atomic():
        _keep([(*word, sorted(sources)) for word, sources in sorted(found.items())])
        SearchState.objects.update_or_create(
            pk=layer.id, defaults={"fields": fields, "number": number}
        )
    return len(found)


def _runs(layer: Layer, name: str, after: int, until: int) -> Iterable[str]:
    """The runs of Chinese characters in a field of the versions that some revisions opened."""
    column = f'v."{layer.column(name).column}"'
    opened = (
        f"JOIN {MARKS} m ON m.change_id = v.opened_by_id AND m.register = %s"
        " AND m.number > %s AND m.number <= %s"
    )
    params: list[Any] = [RUN, layer.register, after, until] if after else [RUN]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT (regexp_matches({column}, %s, 'g'))[1]"
            f' FROM "{layer.model._meta.db_table}" v {opened if after else ""}',
            params,
        )
        return [run for (run,) in cursor.fetchall()]


def _keep(rows: Sequence[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        for start in range(0, len(rows), BATCH):
            part = rows[start : start + BATCH]
            values = ", ".join(["(%s, %s, %s, %s, %s)"] * len(part))
            cursor.execute(
                f"INSERT INTO {TABLE} AS w (word, spelling, pinyin, initials, sources)"
                f" VALUES {values} ON CONFLICT (word, spelling) DO UPDATE SET sources = ARRAY("
                "SELECT DISTINCT unnest(w.sources || EXCLUDED.sources) ORDER BY 1)"
                " WHERE NOT w.sources @> EXCLUDED.sources",
                [value for row in part for value in row],
            )
