"""Exercise 15: say what "in a worker thread" means, so that hypothesis can look for a breach."""

import threading
from typing import Any

import anyio
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

# Quick, and the same draws each time: the grader runs the property on many libraries.
QUICK = settings(
    max_examples=20, deadline=None, database=None, derandomize=True, phases=[Phase.generate]
)


def called_in_a_thread(library: Any) -> None:
    """One case, as a plain test says it: the function itself notes on which thread it runs."""
    threads: list[int] = []

    anyio.run(library.run_in_threadpool, lambda: threads.append(threading.get_ident()))

    assert len(threads) == 1
    assert threads != [threading.get_ident()]


@QUICK
@given(value=st.integers(1, 9))
def prove_the_offload(library: Any, value: int) -> None:
    """Raise AssertionError where `library.run_in_threadpool` breaks a promise.

    It is half built: it draws one argument, which is also the result. Draw what else may differ.

    Args:
        library: Something with run_in_threadpool, right or wrong.
        value: What the function is called with.
    """
    calls: list[int] = []

    def func(argument: int) -> int:
        calls.append(argument)
        return argument

    async def main() -> None:
        result = await library.run_in_threadpool(func, value)
        assert result == value
        assert calls == [value]

    anyio.run(main)
