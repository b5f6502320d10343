"""Fixtures of every test: the event loop it runs on, and the implementation it asks.

Hypothesis draws the same examples each time.
"""

import functools
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from hypothesis import settings

from tests.implementations import LIBRARIES, REBUILT
from tests.parts import need_package, need_part

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Run = Callable[..., Any]

# What hypothesis prints and how it draws is the same under CI, where it has a profile of its own.
settings.register_profile("fixed", derandomize=True, deadline=None, database=None, print_blob=False)
settings.load_profile("fixed")


def pytest_xdist_auto_num_workers() -> int:
    """Run two tests at once for each core: many wait more than they compute."""
    return 2 * (os.cpu_count() or 1)


@pytest.fixture(autouse=sys.version_info < (3, 12))
def new_worker_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let trio start new threads: on Python 3.11 one that is kept idle can't be traced."""
    cache = sys.modules.get("trio._core._thread_cache")
    if cache is not None:
        monkeypatch.setattr(cache, "THREAD_CACHE", cache.ThreadCache())


# These fixtures are of the widest scope that a name or a constant may have, so that hypothesis may
# call a test many times with one of them.
@pytest.fixture(scope="module", params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def run_in_loop(anyio_backend: str) -> Run:
    if anyio_backend == "uvloop":
        need_package("uvloop")
        uvloop = {"use_uvloop": True}
        return functools.partial(anyio.run, backend="asyncio", backend_options=uvloop)
    return functools.partial(anyio.run, backend=anyio_backend)


@pytest.fixture(scope="module", params=LIBRARIES, ids=lambda each: each.name)
def library(request: pytest.FixtureRequest) -> Any:
    """Give an implementation to ask: for the laws that are Starlette's too."""
    return request.param


@pytest.fixture(scope="module", params=REBUILT, ids=lambda each: each.name)
def rebuilt(request: pytest.FixtureRequest) -> Any:
    """Give an implementation of ours: for what differs from Starlette."""
    return request.param


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """Open Chromium for the tests of one module: in the meantime no other event loop can run."""
    chromium = shutil.which("chromium")
    need_part(chromium, "Chromium is missing: apt-get install chromium")
    need_package("playwright")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()
