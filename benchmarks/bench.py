"""``make bench``: what the emulation costs, as ratios to a bare Flask application on the same server in the same run.

Servers run in processes of their own, this one is the client; the growth of the store is measured in this process.
Each figure is the median of its rounds. The exit code is 1 when a bar is missed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from benchmarks import captures, growth, lists, messages, rates
from benchmarks.figures import Figure, table
from benchmarks.servers import BARE, MOCK, cold_start_ms, rss_mb, running

MOST_COLD_START = 1.5  # to the bare application's
MOST_IDLE_MB = 60.0


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    rounds: int = 11  # short ones: the speed of a machine that does other things too changes within seconds
    requests: int = 400  # per round, operation and number of connections
    refills: int = 5  # of the small store, and of the world that is reset
    orders: int = 10_000  # in the server that is weighed, in the world that is reset
    many_orders: int = 100_000  # in the store that is compared with a small one
    samples: int = 200  # orders per refill, in either store


QUICK = Size(rounds=3, requests=150, refills=2, orders=1_000, many_orders=5_000, samples=100)


def main() -> None:
    """Measure, print the table, judge."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench", description="Speed, as ratios to bare Flask.")
    parser.add_argument("--quick", action="store_true", help="a smoke run: everything once or twice, less of it")
    size = QUICK if parser.parse_args().quick else Size()
    started = time.perf_counter()
    figures = list(_figures(size))
    print(table(figures))
    missed = sum(figure.missed for figure in figures)
    print(f"\n{missed} of {sum(bool(figure.bar) for figure in figures)} bars missed; medians of {size.rounds} rounds;"
          f" {time.perf_counter() - started:.0f} s")
    sys.exit(1 if missed else 0)


def _figures(size: Size) -> Iterator[Figure]:
    _tell("cold start")
    yield _cold_start(size.rounds)
    _tell("requests per second")
    with running(MOCK) as mock, running(BARE) as bare:
        yield from rates.measure(mock, bare, rounds=size.rounds, requests=size.requests)
    _tell("captures and refunds")
    with running(MOCK) as server:
        yield from captures.measure_captures(server, rounds=size.rounds, requests=size.requests // 4)
    _tell("a list")
    with running(MOCK) as server:
        yield lists.measure_list(server, rounds=size.rounds, requests=size.requests // 4)
    _tell("memory")
    yield from _memory(size.orders)
    _tell("growth of the store")
    yield from growth.measure_order_cost(rounds=size.refills, samples=size.samples, many=size.many_orders)
    _tell("reset")
    yield growth.measure_reset(rounds=size.refills, orders=size.orders)


def _tell(what: str) -> None:
    print(f"measuring {what} ...", file=sys.stderr, flush=True)


def _cold_start(rounds: int) -> Figure:
    """Process start to first answer; one start of each goes before, to have the bytecode written."""
    took = [(cold_start_ms(MOCK), cold_start_ms(BARE)) for _ in range(rounds + 1)][1:]
    mock_ms, bare_ms = (median(times) for times in zip(*took, strict=True))
    ratio = median(mock / bare for mock, bare in took)
    return Figure("cold start to bare", ratio, "x", most=MOST_COLD_START, note=f"{mock_ms:.0f} to {bare_ms:.0f} ms")


def _memory(orders: int) -> Iterator[Figure]:
    """Resident memory of a server process after its first answer, and after orders over HTTP, journal included."""
    with running(MOCK) as server:
        server.load(iter([messages.create_session()] * 2), 1)
        idle_mb = rss_mb(server.pid)
        tokens = (messages.create_order_at_once(f"any-{number}") for number in range(orders + 1))
        server.load(tokens, orders)
        full_mb = rss_mb(server.pid)
    yield Figure("memory, idle", idle_mb, "MB", most=MOST_IDLE_MB)
    yield Figure(f"memory, after {orders:,} orders", full_mb, "MB")
    yield Figure("memory, bytes per order with its journal entry", (full_mb - idle_mb) * 1e6 / orders, "B")


if __name__ == "__main__":
    main()
