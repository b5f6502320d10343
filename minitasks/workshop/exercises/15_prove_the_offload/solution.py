"""Exercise 15, solved: a property that says all of what "in a worker thread" promises."""

import threading
from contextvars import ContextVar
from typing import Any

import anyio
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

# Quick, and the same draws each time: the grader runs the property on many libraries.
QUICK = settings(
    max_examples=20, deadline=None, database=None, derandomize=True, phases=[Phase.generate]
)

# Seconds that the function waits for the event loop. A right library never needs them.
PATIENCE = 0.5

customer: ContextVar[str] = ContextVar("customer")

# Mostly values that count as false, which careless code takes for "nothing there".
values = st.sampled_from([0, "", False, None, "some", 1])


@QUICK
@given(
    args=st.lists(values, max_size=3),
    # Names that anyio's own function takes for itself, too.
    kwargs=st.dictionaries(st.sampled_from(["to", "limiter", "abandon_on_cancel"]), values),
    result=values,
    error=st.none() | st.sampled_from([ValueError("no"), LookupError("no")]),
)
def prove_the_offload(
    library: Any,
    args: list[Any],
    kwargs: dict[str, Any],
    result: Any,
    error: Exception | None,
) -> None:
    """Raise AssertionError where `library.run_in_threadpool` breaks a promise."""
    calls: list[tuple[Any, Any, str, bool]] = []
    loop_turns = threading.Event()

    def func(*args: Any, **kwargs: Any) -> Any:
        seen = customer.get("nobody")
        customer.set("grace")
        # On the event loop's own thread it is not free, and there is nobody to wait for.
        loop_was_free = threading.get_ident() != loop_thread and loop_turns.wait(PATIENCE)
        calls.append((list(args), kwargs, seen, loop_was_free))
        if error is not None:
            raise error
        return result

    async def let_the_loop_turn() -> None:
        # Begins when the main task waits: in a library that blocks the event loop, too late.
        loop_turns.set()

    async def main() -> None:
        customer.set("ada")
        async with anyio.create_task_group() as group:
            group.start_soon(let_the_loop_turn)
            try:
                got, raised = await library.run_in_threadpool(func, *args, **kwargs), None
            except (ValueError, LookupError) as problem:
                got, raised = None, problem
            # Looked at here, at once: a call that returns before the function is done shows.
            assert len(calls) == 1
        got_args, got_kwargs, seen, loop_was_free = calls[0]
        assert loop_was_free
        assert (got_args, got_kwargs) == (args, kwargs)
        assert raised is error
        assert error is not None or got is result
        assert (seen, customer.get()) == ("ada", "ada")

    loop_thread = threading.get_ident()
    anyio.run(main)
