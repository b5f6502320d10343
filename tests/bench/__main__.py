"""python -m tests.bench: run the benchmark and print its table, or with --json its figures.

Identical code differs by up to 15 % from process to process, so every figure is the median over
several fresh ones, in each of which another implementation goes first.
"""

import argparse
import importlib
import json
import multiprocessing
import statistics
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from tests.bench.cases import CONTROL, measure
from tests.implementations import LIBRARIES

NAMES = [*(library.name for library in LIBRARIES), CONTROL]
IMPORTS = {
    "starlette": "import starlette.background",
    "minitasks": "import minitasks",
    "faster": "import docs.snippets.faster",
}
# Measured by their own modules: `measure()` gives names and figures.
OTHERS = ("tests.bench.recorder", "tests.bench.workshop")
TABLES = ("time, µs", "memory of a queued task, bytes", "import, ms")

Figures = dict[str, Any]


def measure_children(processes: int, rounds: int) -> list[Figures]:
    """Measure everything in several processes; another implementation goes first in each."""
    orders = [NAMES[turn % len(NAMES) :] + NAMES[: turn % len(NAMES)] for turn in range(processes)]
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, fresh, max_tasks_per_child=1) as pool:
        return list(pool.map(measure, orders, [rounds] * processes))


def measure_imports(rounds: int) -> Figures:
    """Compare the processor time of whole processes that import one of them and end."""
    seconds: dict[str, list[float]] = {name: [] for name in IMPORTS}
    for _ in range(rounds + 1):
        for name, statement in IMPORTS.items():
            program = f"{statement}, time; print(time.process_time())"
            seconds[name].append(float(subprocess.check_output([sys.executable, "-c", program])))
    base = seconds["starlette"][1:]
    return {
        name: {
            # The first round wrote the bytecode.
            "ratio": spread(own / other for own, other in zip(times[1:], base, strict=True)),
            "size": statistics.median(times[1:]) * 1000,
        }
        for name, times in seconds.items()
    }


def spread(ratios: Iterable[float]) -> Figures:
    low, median, high = statistics.quantiles(sorted(ratios), n=4, method="inclusive")
    return {"median": median, "low": low, "high": high}


def merge(rows: list[Figures]) -> Figures:
    return {
        name: {
            "ratio": spread(row[name]["ratio"] for row in rows),
            "size": statistics.median(row[name]["size"] for row in rows),
        }
        for name in rows[0]
    }


def collect(processes: int, rounds: int) -> Figures:
    children = measure_children(processes, rounds)

    def merged(what: str) -> Figures:
        return {row: merge([child[what][row] for child in children]) for row in children[0][what]}

    return {
        "python": sys.version.split()[0],
        "processes": processes,
        TABLES[0]: merged("cases"),
        TABLES[1]: merged("memory"),
        TABLES[2]: {"with the whole process": measure_imports(max(5, processes * 3))},
    }


def ratio_text(ratio: Figures) -> str:
    return f"{ratio['median']:.2f} ({ratio['low']:.2f}-{ratio['high']:.2f})"


def print_rows(title: str, rows: Figures) -> None:
    print(f"\n{title:34}{'starlette':>10}{'minitasks':>18}{'faster':>18}")
    for name, row in rows.items():
        core, faster = (ratio_text(row[library]["ratio"]) for library in NAMES[1:3])
        print(f"{name:34}{row['starlette']['size']:10.2f}{core:>18}{faster:>18}")


def print_verdict(cases: Figures) -> None:
    """Say where the core is slower than Starlette, beyond what the same code is than itself."""
    most = max(float(row[CONTROL]["ratio"]["median"]) for row in cases.values())
    core = {name: row["minitasks"]["ratio"] for name, row in cases.items()}
    slower = [name for name, own in core.items() if own["median"] > most and own["low"] > 1]
    print(f"\nThe same code, loaded twice, comes to {most:.2f} at most.")
    print(f"minitasks is beyond that at: {', '.join(slower) or 'nothing'}.")


def print_table(figures: Figures) -> None:
    print(f"Python {figures['python']}: medians over {figures['processes']} processes (quartiles).")
    print("Starlette's own size; then the ratio to it: below 1.00 is less.")
    for title in TABLES:
        print_rows(title, figures[title])
    print_verdict(figures[TABLES[0]])
    for name, others in figures.get("others", {}).items():
        print(f"\n{name}")
        for what, figure in others.items():
            print(f"{what:54}{figure!s:>26}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--quick", action="store_true", help="the core alone, in few processes")
    options = parser.parse_args()
    if options.quick:
        figures = collect(processes=2, rounds=6)
    else:
        others = {name: importlib.import_module(name).measure() for name in OTHERS}
        figures = {**collect(processes=8, rounds=20), "others": others}
    if options.json:
        print(json.dumps(figures, indent=2))
    else:
        print_table(figures)


if __name__ == "__main__":
    main()
