"""The cases that made each change necessary, each tried before its change and after it.

`python failing_cases.py` lists them; with a name, one of them is tried.
"""

import functools
import sys
import warnings
from collections.abc import Callable
from types import ModuleType
from typing import Any

import anyio
import anyio.to_thread
import step_1_article
import step_2_callables
import step_4_coroutine_functions

import minitasks

sent: list[str] = []


async def send(to: str) -> None:
    """Send a message."""
    sent.append(to)


class Sender:
    """An object that is called like an async function."""

    async def __call__(self, to: str) -> None:
        """Send a message."""
        sent.append(to)


def async_object(library: Any) -> None:
    """Pass an object whose `__call__` is async."""
    task = library.BackgroundTask(Sender(), "ada")
    anyio.run(task)


def partial_of_object(library: Any) -> None:
    """Pass a partial of such an object."""
    task = library.BackgroundTask(functools.partial(Sender(), to="ada"))
    anyio.run(task)


def keywords_as_they_are(library: Any) -> None:
    """Hand keyword arguments on to `run_sync`, which keeps `limiter` for itself."""

    def work(limiter: str) -> None:
        sent.append(limiter)

    anyio.run(functools.partial(library.run_in_threadpool, work, limiter="ada"))


def class_of_object(library: Any) -> None:
    """Pass the class: to call it makes an object, and there is nothing to await."""
    task = library.BackgroundTask(Sender)
    anyio.run(task)


def result_for_function(library: Any) -> None:
    """Pass what `send` returned, where `send` was meant."""
    task = library.BackgroundTask(send("ada"))
    anyio.run(task)


class WithoutPartial:
    """What step 1 would be without its `functools.partial`."""

    @staticmethod
    async def run_in_threadpool(
        func: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Hand everything on as it came."""
        return await anyio.to_thread.run_sync(func, *args, **kwargs)


CASES: dict[Callable[[Any], None], tuple[ModuleType | type, ModuleType]] = {
    async_object: (step_1_article, step_2_callables),
    partial_of_object: (step_1_article, step_2_callables),
    keywords_as_they_are: (WithoutPartial, step_1_article),
    class_of_object: (step_4_coroutine_functions, minitasks),
    result_for_function: (step_4_coroutine_functions, minitasks),
}


def outcome(case: Callable[[Any], None], library: Any) -> str:
    """Try a case, and say in one line what came of it."""
    sent.clear()
    try:
        case(library)
    except Exception as error:
        return f"{type(error).__name__} at {failing_line(error)}"
    return f"sent to {', '.join(sent)}" if sent else "nothing sent, and no error"


def failing_line(error: BaseException) -> str:
    """Give the line of this file from which the error came."""
    traceback = error.__traceback__
    found = ""
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == __file__:
            found = SOURCE[traceback.tb_lineno - 1].strip()
        traceback = traceback.tb_next
    return found


with open(__file__) as file:
    SOURCE = file.read().splitlines()


def main() -> None:
    """Try the case that the command names, or list the cases."""
    # Python warns of a coroutine that nobody awaited when it gets round to it: here, after the
    # last line.
    warnings.simplefilter("ignore", RuntimeWarning)
    named = {case.__name__: case for case in CASES}
    if len(sys.argv) == 1:
        print("\n".join(named))
        return

    case = named[sys.argv[1]]
    before, after = CASES[case]
    print(f"before: {outcome(case, before)}")
    print(f"after:  {outcome(case, after)}")


if __name__ == "__main__":
    main()
