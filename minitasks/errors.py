"""What a command says in one line, with exit code 2: what can't be done, which extra is missing."""

import importlib.metadata
import re
from collections import defaultdict

INSTALL = "in your copy of minitasks, run: python -m pip install '.[{}]'"


class CannotRun(Exception):
    """What was asked for can't be done; the message says, in one line, what to do instead."""


def packages_of_extras() -> dict[str, str]:
    """Give the extra that brings each package, the smallest of several, as pyproject.toml says."""
    extras: dict[str, set[str]] = defaultdict(set)
    for requirement in importlib.metadata.requires("minitasks") or []:
        found = re.match(r"([\w.-]+).*extra == .(\w+)", requirement)
        if found:
            extras[found[2]].add(found[1].lower().replace("-", "_"))
    largest_first = sorted(extras, key=lambda extra: -len(extras[extra]))
    return {name: extra for extra in largest_first for name in extras[extra]}


def advice_on(error: ModuleNotFoundError) -> str | None:
    """Say which extra brings a missing package; None if none does."""
    package = (error.name or "").partition(".")[0]
    extra = packages_of_extras().get(package)
    return f"{package} is missing: {INSTALL.format(extra)}" if extra else None
