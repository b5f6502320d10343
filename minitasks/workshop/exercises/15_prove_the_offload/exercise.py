"""Exercise 15: say what "in a worker thread" means, so that hypothesis can look for a breach."""

from typing import Any

import anyio
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

# Quick, and the same draws each time: the grader runs the property on many libraries.
QUICK = settings(
    max_examples=20, deadline=None, database=None, derandomize=True, phases=[Phase.generate]
)


@QUICK
@given(value=st.integers(1, 9))
def prove_the_offload(library: Any, value: int) -> None:
    """Raise AssertionError where `library.run_in_threadpool` breaks a promise.

    Args:
        library: Something with run_in_threadpool, right or wrong.
        value: What the function is called with. Draw more: what else may differ?
    """

    def func(argument: int) -> int:
        return argument

    async def main() -> None:
        result = await library.run_in_threadpool(func, value)
        assert result == value

    anyio.run(main)
