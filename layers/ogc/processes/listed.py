"""The processes that are offered: few, and real."""

from layers.ogc.processes import here, overlay, statistics
from layers.ogc.processes.declared import Process

PROCESSES = (here.PROCESS, statistics.PROCESS, overlay.PROCESS)


def process_named(process_id: str) -> Process | None:
    """The process of that id, if there is one."""
    return next((process for process in PROCESSES if process.id == process_id), None)
