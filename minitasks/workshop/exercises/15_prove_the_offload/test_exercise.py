"""Grader of exercise 15: the property holds for right libraries, and fails for each broken one.

The broken libraries are below, one promise broken in each; their docstrings say which.
"""

import contextvars
import functools
import threading
from collections.abc import Awaitable, Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import anyio
import anyio.to_thread
import starlette.concurrency

import minitasks

Offload = Callable[..., Awaitable[Any]]

hop = minitasks.run_in_threadpool


async def rewritten(func: Any, *args: Any, **kwargs: Any) -> Any:
    """A right one, written another way."""
    done = anyio.Event()
    outcome: list[Any] = []

    async def run() -> None:
        outcome.append(await anyio.to_thread.run_sync(lambda: func(*args, **kwargs)))
        done.set()

    await run()
    await done.wait()
    return outcome[0]


async def on_the_loop(func: Any, *args: Any, **kwargs: Any) -> Any:
    """calls the function on the event loop's thread"""
    for _ in range(5):
        await anyio.sleep(0)
    return contextvars.copy_context().run(func, *args, **kwargs)


async def small_ones_on_the_loop(func: Any, *args: Any, **kwargs: Any) -> Any:
    """leaves the event loop only for functions that have arguments"""
    if args or kwargs:
        return await hop(func, *args, **kwargs)
    return await on_the_loop(func)


async def loop_blocked(func: Any, *args: Any, **kwargs: Any) -> Any:
    """starts a thread, and blocks the event loop until that is done"""
    outcome: list[Any] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(func(*args, **kwargs))
        except BaseException as error:
            errors.append(error)

    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(run,))
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return outcome[0]


async def returns_early(func: Any, *args: Any, **kwargs: Any) -> None:
    """returns before the function is done"""
    threading.Thread(target=functools.partial(func, *args, **kwargs), daemon=True).start()


async def calls_twice(func: Any, *args: Any, **kwargs: Any) -> Any:
    """calls the function twice"""
    await hop(func, *args, **kwargs)
    return await hop(func, *args, **kwargs)


async def result_lost(func: Any, *args: Any, **kwargs: Any) -> None:
    """loses the result"""
    await hop(func, *args, **kwargs)


async def false_result_lost(func: Any, *args: Any, **kwargs: Any) -> Any:
    """loses results that count as false, such as 0"""
    return await hop(func, *args, **kwargs) or None


async def keywords_lost(func: Any, *args: Any, **kwargs: Any) -> Any:
    """loses keyword arguments"""
    return await hop(func, *args)


async def limiter_taken(func: Any, *args: Any, limiter: Any = None, **kwargs: Any) -> Any:
    """takes away a keyword argument called limiter"""
    return await hop(func, *args, **kwargs)


async def keyword_values_lost(func: Any, *args: Any, **kwargs: Any) -> Any:
    """passes None for each keyword argument"""
    return await hop(func, *args, **dict.fromkeys(kwargs))


async def two_arguments(func: Any, *args: Any, **kwargs: Any) -> Any:
    """passes two positional arguments, and no more"""
    return await hop(func, *args[:2], **kwargs)


async def swapped(func: Any, *args: Any, **kwargs: Any) -> Any:
    """turns the order of the positional arguments round"""
    return await hop(func, *reversed(args), **kwargs)


async def error_swallowed(func: Any, *args: Any, **kwargs: Any) -> Any:
    """swallows what the function raises"""
    try:
        return await hop(func, *args, **kwargs)
    except Exception:
        return None


async def error_wrapped(func: Any, *args: Any, **kwargs: Any) -> Any:
    """raises another exception than the function did"""
    try:
        return await hop(func, *args, **kwargs)
    except Exception as error:
        raise ValueError("no") from error


async def error_copied(func: Any, *args: Any, **kwargs: Any) -> Any:
    """raises a copy of what the function raised, of the same class and words"""
    try:
        return await hop(func, *args, **kwargs)
    except Exception as error:
        raise type(error)(*error.args) from None


async def calls_again_on_error(func: Any, *args: Any, **kwargs: Any) -> Any:
    """calls the function once more when it raises"""
    try:
        return await hop(func, *args, **kwargs)
    except Exception:
        return await hop(func, *args, **kwargs)


async def error_returned(func: Any, *args: Any, **kwargs: Any) -> Any:
    """returns what the function raised"""
    try:
        return await hop(func, *args, **kwargs)
    except Exception as error:
        return error


async def no_context(func: Any, *args: Any, **kwargs: Any) -> Any:
    """runs the function without the caller's context variables"""
    context = contextvars.Context()
    return await hop(context.run, functools.partial(func, *args, **kwargs))


async def context_comes_back(func: Any, *args: Any, **kwargs: Any) -> Any:
    """lets the function change the caller's context variables"""
    context = contextvars.copy_context()
    try:
        return await hop(context.run, functools.partial(func, *args, **kwargs))
    finally:
        for variable, value in context.items():
            variable.set(value)


def library(offload: Offload) -> Any:
    """Make a library of a run_in_threadpool; its name tells nothing."""
    return SimpleNamespace(run_in_threadpool=offload)


def holds(exercise: ModuleType, offload: Offload) -> bool:
    """Tell whether the learner's property holds for a library with this run_in_threadpool."""
    try:
        exercise.prove_the_offload(library(offload))
    except Exception:
        return False
    return True


def check_found(exercise: ModuleType, *broken: Offload) -> None:
    """Assert that the property fails for each of these libraries."""
    missed = [str(offload.__doc__) for offload in broken if holds(exercise, offload)]
    assert not missed, (
        f"your property lets {len(missed)} of these {len(broken)} broken libraries pass: "
        f"one that {'; one that '.join(missed)}"
    )


def example_of(problem: BaseException) -> str:
    """Read from hypothesis's note what had been drawn."""
    _, *lines = "".join(getattr(problem, "__notes__", ())).splitlines()
    drawn = [line.strip(" ,") for line in lines[:-1] if not line.startswith("    library=")]
    return f" with {', '.join(drawn)}" if drawn else ""


def test_holds_for_right_ones(exercise: ModuleType) -> None:
    """The property holds for minitasks, for Starlette, and for a right one written another way."""
    rights = {
        "minitasks": minitasks,
        "Starlette": starlette.concurrency,
        "a right rewrite": library(rewritten),
    }
    for name, right in rights.items():
        try:
            exercise.prove_the_offload(right)
        except Exception as problem:
            words = f"your property fails for {name}: {problem!r}{example_of(problem)}"
            raise AssertionError(words) from problem


def test_finds_wrong_thread(exercise: ModuleType) -> None:
    """It fails for libraries that call the function on the event loop's thread."""
    check_found(exercise, on_the_loop, small_ones_on_the_loop)


def test_finds_wrong_results(exercise: ModuleType) -> None:
    """It fails for libraries that lose the result, or do not wait for it."""
    check_found(exercise, result_lost, false_result_lost, returns_early, calls_twice)


def test_finds_wrong_arguments(exercise: ModuleType) -> None:
    """It fails for libraries that lose or mix up arguments."""
    check_found(exercise, keywords_lost, keyword_values_lost, limiter_taken, two_arguments, swapped)


def test_finds_wrong_errors(exercise: ModuleType) -> None:
    """It fails for libraries that do anything to an exception but raise it."""
    check_found(
        exercise, error_swallowed, error_wrapped, error_copied, error_returned, calls_again_on_error
    )


def test_finds_wrong_context(exercise: ModuleType) -> None:
    """It fails for libraries that keep context variables back, or let them come back."""
    check_found(exercise, no_context, context_comes_back)


def test_finds_blocked_loop(exercise: ModuleType) -> None:
    """It fails for a library that uses a thread, and blocks the event loop meanwhile."""
    check_found(exercise, loop_blocked)
