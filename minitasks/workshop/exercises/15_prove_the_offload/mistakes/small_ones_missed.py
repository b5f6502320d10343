# feedback: one that leaves the event loop only for functions that have arguments
"""Keyword arguments are always there: calls without any are not looked at."""

import threading
from typing import Any

import anyio
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

QUICK = settings(
    max_examples=20, deadline=None, database=None, derandomize=True, phases=[Phase.generate]
)


@QUICK
@given(args=st.lists(st.integers()), to=st.integers(), value=st.none() | st.integers())
def prove_the_offload(library: Any, args: list[int], to: int, value: int | None) -> None:
    calls: list[Any] = []

    def func(*args: int, **kwargs: int) -> int | None:
        calls.append((threading.get_ident(), list(args), kwargs))
        return value

    async def main() -> None:
        result = await library.run_in_threadpool(func, *args, to=to, limiter=to)
        assert result == value
        [(thread, got_args, got_kwargs)] = calls
        assert thread != threading.get_ident()
        assert (got_args, got_kwargs) == (args, {"to": to, "limiter": to})

    anyio.run(main)
