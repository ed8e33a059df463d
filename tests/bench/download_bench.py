"""Whole layers downloaded in every format: seconds, megabytes, memory of every process.

    python tests/bench/download_bench.py [--layer buildings] [--datetime 2020-01-01]

A server with one worker over the database in DATABASE_URL, which is only read; each
download by itself, measured from outside. Memory is the largest resident size (VmHWM) of
the worker and of the process that writes GIS files, reset before each download.
"""

import argparse
import csv
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pyogrio

HERE = Path(__file__).resolve().parents[2]
FORMS = ("gpkg", "fgb", "csv", "json", "geojsonseq", "jsonfg")
PORT = 8099
PIECE = 1 << 20
csv.field_size_limit(1 << 30)


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    tasks = Path(f"/proc/{pid}/task").iterdir()
    found += [c for task in tasks for c in (task / "children").read_text().split()]
    return sorted({int(child) for child in found})


def resident(pid: int, what: str) -> float:
    """VmRSS or VmHWM of a process in MB; 0 if it has ended."""
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    line = next((line for line in text.splitlines() if line.startswith(what)), "x 0")
    return int(line.split()[1]) / 1024


class Watcher(threading.Thread):
    """Looks at the writing process every 20 ms, since it ends with its file."""

    def __init__(self, worker: int) -> None:
        super().__init__(daemon=True)
        self.worker, self.peak, self.over = worker, 0.0, threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.02):
            sizes = [resident(child, "VmHWM") for child in children(self.worker)]
            self.peak = max([self.peak, *sizes])


def fetch(path: str, file: Path) -> tuple[float, float, int]:
    """Seconds to the first byte and to the last, and bytes."""
    line = http.client.HTTPConnection("127.0.0.1", PORT, timeout=600)
    started = time.perf_counter()
    line.request("GET", path)
    answer = line.getresponse()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status} {answer.read(300)!r}")
    first, size = 0.0, 0
    with file.open("wb") as out:
        while piece := answer.read1(PIECE):
            first = first or time.perf_counter() - started
            size += len(piece)
            out.write(piece)
    line.close()
    return first, time.perf_counter() - started, size


def counted(file: Path, form: str) -> int:
    """The features in a file, by another reader."""
    if form in ("gpkg", "fgb"):
        return int(pyogrio.read_info(file, force_feature_count=True)["features"])
    if form == "csv":
        with open(file, encoding="utf-8-sig", newline="") as text:
            return sum(1 for _ in csv.DictReader(text))
    if form == "geojsonseq":
        return sum(bool(json.loads(line.strip("\x1e\n"))) for line in file.open(encoding="utf-8"))
    document = json.loads(file.read_bytes())
    return len(document["features"])


def start() -> subprocess.Popen:
    command = [sys.executable, "-m", "gunicorn", "webmap.wsgi:application", "--no-control-socket",
               "--bind", f"127.0.0.1:{PORT}", "--workers", "1", "--worker-class", "gthread",
               "--threads", "4", "--log-level", "error"]  # fmt: skip
    process = subprocess.Popen(command, cwd=HERE)
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", PORT)).close()
            return process
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--layer", default="buildings")
    parser.add_argument("--datetime", default="")
    given = parser.parse_args()
    query = f"&datetime={given.datetime}" if given.datetime else ""
    server = start()
    print("| format | features | MB | first byte s | s | worker before MB | worker peak MB"
          " | writer peak MB |\n|---|---|---|---|---|---|---|---|", flush=True)  # fmt: skip
    try:
        with TemporaryDirectory(prefix="download-bench-") as folder:
            fetch("/ogc/collections?f=json", Path(folder) / "warm")
            fetch(f"/ogc/collections/{given.layer}/items?limit=10", Path(folder) / "warm")
            fetch(f"/ogc/collections/{given.layer}/items?limit=10&f=gpkg", Path(folder) / "warm")
            (worker,) = children(server.pid)
            for form in FORMS:
                file = Path(folder) / f"file.{form}"
                Path(f"/proc/{worker}/clear_refs").write_text("5")  # VmHWM begins anew
                before, watcher = resident(worker, "VmRSS"), Watcher(worker)
                watcher.start()
                first, seconds, size = fetch(
                    f"/ogc/collections/{given.layer}/download?f={form}{query}", file
                )
                watcher.over.set()
                peak = resident(worker, "VmHWM")
                print(f"| {form} | {counted(file, form)} | {size / 1e6:.1f} | {first:.2f} |"
                      f" {seconds:.2f} | {before:.0f} | {peak:.0f} |"
                      f" {watcher.peak:.0f} |", flush=True)  # fmt: skip
                file.unlink()
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    os.chdir(HERE)
    main()
