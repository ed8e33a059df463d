"""Load on a server: wrk for HTTP, pgbench for the bare SQL; medians of interleaved rounds."""

import os
import re
import statistics
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

CONNECTIONS = 8
SCRIPT = """
local urls, n, t = {}, 0, 0
for u in io.lines(os.getenv("BENCH_URLS")) do urls[#urls + 1] = u end
function setup(thread) thread:set("off", t * 7919); t = t + 1 end
function init() n = off or 0 end
function request()
  n = n + 1
  local headers = {["Accept"] = os.getenv("BENCH_ACCEPT")}
  if os.getenv("BENCH_TAG") then headers["If-None-Match"] = os.getenv("BENCH_TAG") end
  return wrk.format("GET", urls[n % #urls + 1], headers)
end
function done(s, l)
  local bad = s.errors.connect + s.errors.read + s.errors.write + s.errors.timeout
  io.write(string.format("@@ %d %d %f %f %d %d\\n", s.requests, s.duration,
    l:percentile(50), l:percentile(95), s.errors.status, bad))
end
"""
ACCEPT = "application/geo+json, application/json;q=0.9, */*;q=0.5"


@dataclass(frozen=True)
class Run:
    """One run: requests a second, milliseconds at the median and 95th percentile, errors."""

    rate: float
    p50: float = 0.0
    p95: float = 0.0
    errors: int = 0


@dataclass
class Table:
    """Runs by case and by server."""

    runs: dict[str, dict[str, list[Run]]] = field(default_factory=dict)

    def add(self, case: str, server: str, run: Run) -> None:
        self.runs.setdefault(case, {}).setdefault(server, []).append(run)

    def rate(self, case: str, server: str) -> float:
        found = self.runs.get(case, {}).get(server)
        return statistics.median(run.rate for run in found) if found else 0.0

    def markdown(self, limit: str) -> str:
        lines = [
            "| case | server | req/s (min–max) | ÷ bare SQL | p50 ms | p95 ms | errors |",
            "|---|---|---|---|---|---|---|",
        ]
        for case, servers in self.runs.items():
            bare = self.rate(case, limit)
            for server, runs in servers.items():
                rates = [run.rate for run in runs]
                share = f"{self.rate(case, server) / bare:.2f}" if bare else "–"
                p50, p95 = (
                    f"{statistics.median(getattr(run, name) for run in runs):.1f}"
                    for name in ("p50", "p95")
                )
                lines.append(
                    f"| {case} | {server} | {statistics.median(rates):.1f}"
                    f" ({min(rates):.1f}–{max(rates):.1f}) | {share} | {p50} | {p95}"
                    f" | {sum(run.errors for run in runs)} |"
                )
        return "\n".join(lines)


def wrk(origin: str, paths: Sequence[str], seconds: int, *, tag: str = "") -> Run:
    """Ask for the paths in turn over 8 connections."""
    with tempfile.TemporaryDirectory() as folder:
        urls, script = Path(folder, "urls"), Path(folder, "script.lua")
        urls.write_text("\n".join(paths))
        script.write_text(SCRIPT)
        env = {**os.environ, "BENCH_URLS": str(urls), "BENCH_ACCEPT": ACCEPT}
        if tag:
            env["BENCH_TAG"] = tag
        command = ["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "60s"]
        told = subprocess.run(
            [*command, "--latency", "-s", str(script), origin],
            env=env,
            capture_output=True,
            text=True,
        ).stdout
    found = re.search(r"@@ (\S+) (\S+) (\S+) (\S+) (\S+) (\S+)", told)
    if not found:
        raise RuntimeError(f"wrk said: {told[-300:]}")
    number, micros, p50, p95, status, broken = map(float, found.groups())
    return Run(number / micros * 1e6, p50 / 1e3, p95 / 1e3, int(status + broken))


def pgbench(login: dict[str, str], sql: str, seconds: int) -> Run:
    """Run the script over 8 connections, prepared."""
    program = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"))), "pgbench")
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "dbname": "PGDATABASE"}
    env = {**os.environ, "PGOPTIONS": "-c max_parallel_workers_per_gather=0 -c jit=off"}
    env |= {names[key]: str(value) for key, value in login.items() if key in names}
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "script.sql")
        script.write_text(sql)
        command = [str(program), "-n", "-M", "prepared", "-c", str(CONNECTIONS), "-j", "2"]
        told = subprocess.run(
            [*command, "-T", str(seconds), "-f", str(script)],
            env=env,
            capture_output=True,
            text=True,
        )
    rate = re.search(r"tps = ([\d.]+) \(without", told.stdout)
    latency = re.search(r"latency average = ([\d.]+)", told.stdout)
    if not rate or not latency:
        raise RuntimeError(f"pgbench said: {told.stderr[-300:]}")
    return Run(float(rate[1]), float(latency[1]))


def wait_for(url: str, patience_s: float = 60) -> bytes:
    """The body of an address as soon as it answers."""
    end = time.monotonic() + patience_s
    while True:
        try:
            asked = urllib.request.Request(url, headers={"Accept": ACCEPT})
            with urllib.request.urlopen(asked, timeout=60) as answer:
                return answer.read()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.3)


def interleave(table: Table, case: str, runs: dict[str, Callable[[], Run]], rounds: int) -> None:
    """Each server once a round, in turning order, so that a drift of the machine hits all."""
    names = list(runs)
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            table.add(case, name, runs[name]())
