"""The checks of one large delivery spread over a Dask cluster; the result is the same.

This process reads the file and keeps the order; workers parse, reproject, check and
encode stretches of rows, which needs neither Django nor the database. Off unless the
setting IMPORT_CLUSTER names a scheduler (``tcp://10.0.0.5:8786``); its workers run this
code and the same city profile.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.conf import settings

from importers.errors import DeliveryRefused
from importers.reading.encoding import Encoded, encode
from importers.reading.stretch import Opened, checked
from importers.values.columns import Register
from importers.values.table import Rows, Table
from spatial.city import City, city

FROM = 100_000  # rows; below, sending them costs more than it saves
STRETCH = 20_000
PATIENCE_S = 20


def is_worth_it(table: Table) -> bool:
    """Whether there is a cluster, and the table is large."""
    return bool(settings.IMPORT_CLUSTER) and (table.features < 0 or table.features >= FROM)


def spread(opened: Opened, number: int, register: Register) -> Iterator[Encoded]:
    """Every row, checked and encoded by the workers, in the order of the file.

    Raises:
        DeliveryRefused: the cluster does not answer, or serves another city.
    """
    from distributed import Client

    bare = replace(opened, table=opened.table.bare())
    try:
        client = Client(settings.IMPORT_CLUSTER, timeout=PATIENCE_S, set_as_default=False)
    except OSError as error:
        raise DeliveryRefused(
            f"计算集群 {settings.IMPORT_CLUSTER} 没有应答", "请启动集群，或去掉 IMPORT_CLUSTER 设置"
        ) from error
    with client:
        pending: deque[Any] = deque()
        most = 2 * max(len(client.scheduler_info(n_workers=-1)["workers"]), 1)
        for rows in opened.table.batches(opened.wanted, STRETCH):
            pending.append(client.submit(check, rows, bare, register, number, city(), pure=False))
            if len(pending) >= most:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()


def check(rows: Rows, opened: Opened, register: Register, number: int, served: City) -> Encoded:
    """What a worker does with a stretch of rows."""
    if city() != served:
        raise DeliveryRefused(
            f"集群的节点配置的是{city().name}，不是{served.name}", "请统一 CITY_PROFILE"
        )
    return encode(checked(rows, opened, register), number, register.personal)
