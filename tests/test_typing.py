"""Types: what mypy --strict tells a user of the library.

One program, checked for each module. An error is expected exactly where a line says so.
"""

import re
from pathlib import Path

import pytest

from tests.parts import need_package

PROGRAM = """
import functools
from MODULE import BackgroundTask, BackgroundTasks, run_in_threadpool

def send(to: str, *, copies: int = 1) -> bool: return True
async def send_async(to: str, copies: int = 1) -> bool: return True
class Notifier:
    def __call__(self, to: str) -> None: ...
    async def notify(self, to: str) -> None: ...
tasks = BackgroundTasks()

tasks.add_task(send, "ada")
tasks.add_task(send, to="ada", copies=2)
tasks.add_task(send_async, to="ada")
tasks.add_task(Notifier(), "ada")
tasks.add_task(Notifier().notify, "ada")
tasks.add_task(functools.partial(send, "ada"), copies=3)
tasks.add_task(tasks)
BackgroundTask(send, "ada", copies=2)
BackgroundTask(print, 1, 2, sep="-")
BackgroundTasks([BackgroundTask(send, "ada"), tasks])
BackgroundTasks()
BackgroundTasks(tasks=None)
async def run() -> bool:
    await tasks()
    await BackgroundTask(send, "ada")()
    sent: bool = await run_in_threadpool(send, "ada", copies=1)
    return sent

tasks.add_task(send, to=1)  # error: "to" to "add_task"
tasks.add_task(send, 1)  # error: incompatible type "int"; expected "str"
tasks.add_task(send)  # error: Missing positional argument "to"
tasks.add_task(send, "ada", 2)  # error: Too many positional arguments
tasks.add_task(send, "ada", copy=2)  # error: Unexpected keyword argument "copy"
tasks.add_task(send_async, to=1)  # error: "to" to "add_task"
tasks.add_task(send("ada"))  # error: expected "Callable
tasks.add_task(None)  # error: expected "Callable
tasks.add_task("send")  # error: expected "Callable
BackgroundTask(send, to=1)  # error: "to" to "BackgroundTask"
BackgroundTask(send_async("ada"))  # error: expected "Callable
BackgroundTasks([send])  # error: List item 0 has incompatible type
async def run_wrongly() -> str:
    await run_in_threadpool(send, to=1)  # error: "to" to "run_in_threadpool"
    return await run_in_threadpool(send, "ada")  # error: expected "def (to: str
"""


@pytest.mark.slow
def test_wrong_arguments_are_type_errors_and_right_ones_are_not(tmp_path: Path) -> None:
    """Each line with a wrong call is an error, of the kind it says; no other line is."""
    need_package("mypy")
    from mypy import api

    programs = []
    for module in ("minitasks", "docs.snippets.faster"):
        programs.append(tmp_path / f"{module.rpartition('.')[2]}_program.py")
        programs[-1].write_text(PROGRAM.replace("MODULE", module))
    cache = f"--cache-dir={tmp_path / 'cache'}"
    options = ["--strict", "--no-error-summary", "--hide-error-context", cache]
    report, trouble, _ = api.run([*options, *map(str, programs)])
    assert trouble == ""
    found = {}
    for line in report.splitlines():
        told = re.fullmatch(r"(?:.*/)?(\w+\.py):(\d+): error: (.*)", line)
        if told:
            found[told[1], int(told[2])] = told[3]
    for program in programs:
        for number, line in enumerate(program.read_text().splitlines(), start=1):
            _, _, expected = line.partition("# error: ")
            told_here = found.pop((program.name, number), "")
            assert bool(told_here) == bool(expected), f"{program.name}:{number}: {line}{told_here}"
            assert expected in told_here
    assert found == {}
