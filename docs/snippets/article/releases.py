"""The cases that made each change necessary, on the release before the change and on the one after it.

`python releases.py` lists them; with a name, one of them is tried. An old Starlette is installed into
a folder of its own, below the user's cache, the first time that it is needed.
"""

import functools
import importlib.util
import os
import subprocess
import sys
import tempfile
import venv
import warnings
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import create_autospec

import anyio
import anyio.to_thread

HERE = Path(__file__).resolve()
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "minitasks"

sent: list[str] = []


async def send(to: str) -> None:
    """Send a message."""
    sent.append(to)


class Sender:
    """An object that is called like an async function."""

    async def __call__(self, to: str) -> None:
        """Send a message."""
        sent.append(to)


# -- the cases ------------------------------------------------------------------------


def async_object(library: Any) -> None:
    """Pass an object whose `__call__` is async."""
    task = library.BackgroundTask(Sender(), "ada")
    anyio.run(task)


def partial_of_object(library: Any) -> None:
    """Pass a partial of such an object."""
    task = library.BackgroundTask(functools.partial(Sender(), to="ada"))
    anyio.run(task)


def mock_of_async_function(library: Any) -> None:
    """Pass a mock that stands for an async function, as a test would."""
    task = library.BackgroundTask(create_autospec(send, side_effect=send), "ada")
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


def wrong_argument(library: Any) -> None:
    """Let mypy look at a call with an argument that the function does not have."""


CASES: dict[Callable[[Any], None], tuple[str, str]] = {
    keywords_as_they_are: ("without a partial", "Starlette 0.20.0"),
    wrong_argument: ("Starlette 0.17.1", "Starlette 0.18.0"),
    async_object: ("Starlette 0.20.0", "Starlette 0.20.1"),
    partial_of_object: ("Starlette 0.20.0", "Starlette 0.20.1"),
    mock_of_async_function: ("Starlette 0.46.2", "Starlette as installed"),
    class_of_object: ("Starlette as installed", "minitasks"),
    result_for_function: ("Starlette as installed", "minitasks"),
}


# -- the releases ---------------------------------------------------------------------


def folder_of(version: str) -> Path:
    """Give a folder with an old Starlette; install it there the first time."""
    folder = CACHE / f"starlette-{version}"
    if not folder.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as name:
            options = ["install", "-qq", "--no-deps", "--target", f"{name}/files"]
            subprocess.run(
                [*pip(Path(name)), *options, f"starlette=={version}"], check=True
            )
            try:
                os.rename(f"{name}/files", folder)
            except OSError:
                if not folder.exists():  # it does where another run was faster
                    raise
    return folder


def pip(scratch: Path) -> list[str]:
    """Give a command that is pip: this Python's own, or one of a new environment."""
    python = sys.executable
    if importlib.util.find_spec("pip") is None:
        venv.create(scratch / "venv", with_pip=True)
        python = str(scratch / "venv" / "bin" / "python")
    return [python, "-m", "pip"]


class WithoutPartial:
    """What `run_in_threadpool` would be without its `functools.partial`."""

    @staticmethod
    async def run_in_threadpool(
        func: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Hand everything on as it came."""
        return await anyio.to_thread.run_sync(func, *args, **kwargs)


def library_called(name: str) -> Any:
    """Import what a case is tried on."""
    if name == "without a partial":
        return WithoutPartial
    if name == "minitasks":
        import minitasks

        return minitasks
    from starlette.background import BackgroundTask
    from starlette.concurrency import run_in_threadpool

    return SimpleNamespace(
        BackgroundTask=BackgroundTask, run_in_threadpool=run_in_threadpool
    )


# -- trying them ----------------------------------------------------------------------


def tried(case: Callable[[Any], None], name: str) -> str:
    """Try a case on a release, in a process of its own; say what came of it."""
    environment = dict(os.environ)
    if name[-1].isdigit():
        folder = str(folder_of(name.split()[-1]))
        environment |= {"PYTHONPATH": folder, "MYPYPATH": folder}
    if case is wrong_argument:
        options = ["--follow-imports=silent", "--no-incremental"]
        words = ["-m", "mypy", *options, "wrong_argument.py"]
    else:
        words = [str(HERE), case.__name__, name]
    outcome = subprocess.run(
        [sys.executable, *words],
        cwd=HERE.parent,
        env=environment,
        capture_output=True,
        text=True,
    )
    return outcome.stdout.partition("\n")[0] or outcome.stderr


def outcome_of(case: Callable[[Any], None], library: Any) -> str:
    """Try a case here, and say in one line what came of it."""
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
        if Path(traceback.tb_frame.f_code.co_filename).samefile(HERE):
            found = HERE.read_text().splitlines()[traceback.tb_lineno - 1].strip()
        traceback = traceback.tb_next
    return found


def main() -> None:
    """Try the case that the command names, or list the cases."""
    named = {case.__name__: case for case in CASES}
    match sys.argv[1:]:
        case []:
            print("\n".join(named))
        case [name]:
            for release in CASES[named[name]]:
                print(f"{release}: {tried(named[name], release)}")
        case [name, release]:
            # Python warns of a coroutine that nobody awaited, when it gets round to it: here,
            # behind the line that says so.
            warnings.simplefilter("ignore", RuntimeWarning)
            print(outcome_of(named[name], library_called(release)))


if __name__ == "__main__":
    main()
