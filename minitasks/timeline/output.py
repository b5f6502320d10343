"""Output: files that a command writes, without ever losing one that is somebody else's."""

import os
from pathlib import Path

from minitasks.errors import CannotRun

# What each file of ours has near its beginning.
PAGE = '<meta name="generator" content="minitasks">'
TRACE = '"generator": "minitasks"'


def check(path: Path, signature: str) -> None:
    """Make sure, before anything runs, that a file may be written: one of ours may be replaced."""
    if not path.parent.is_dir():
        raise CannotRun(f"there is no folder {path.parent}: make it, or choose another name")
    if path.is_dir():
        raise CannotRun(f"{path} is a folder: choose another name")
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            beginning = file.read(2_000)
    except FileNotFoundError:
        return
    except OSError as error:
        raise CannotRun(f"{path} can't be read: {error.strerror}") from error
    if signature not in beginning:
        raise CannotRun(f"{path} exists and was not written by minitasks: choose another name")


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all: an older one stays until the new one is complete."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise CannotRun(f"{path} can't be written: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)
