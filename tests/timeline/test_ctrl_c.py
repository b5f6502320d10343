"""Ctrl-C in the midst of a recording, whenever it comes."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

PROGRAM = """
import sys, anyio
from minitasks.timeline.record import record

async def inner():
    await anyio.sleep(1e-6)

async def main():
    print("under way", flush=True)
    while True:
        await inner()

if sys.argv[1] == "trio":
    import trio
with record(limit=1_000_000):
    anyio.run(main, backend=sys.argv[1])
"""


def interrupt(backend: str, delay: float) -> tuple[int, list[str]]:
    """Interrupt the program; give its exit code and what it said beside KeyboardInterrupt."""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, backend],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "under way\n"
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(delay)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    ignored = [line for line in err.splitlines() if "ignored" in line or "never" in line]
    return process.returncode, ignored


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT to send")
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_ctrl_c_ends_it_cleanly_whenever_it_comes(backend: str) -> None:
    """No coroutine is torn in the midst of a step: forty moments, 0.25 ms apart."""
    with ThreadPoolExecutor(2) as pool:
        ends = pool.map(lambda turn: interrupt(backend, turn * 0.0005), range(20))
        assert set(map(repr, ends)) == {repr((-signal.SIGINT, []))}
