"""Every test that uses `anyio_backend` runs on asyncio and on trio; hypothesis draws the same examples each time."""

import pytest
from hypothesis import settings

settings.register_profile("fixed", derandomize=True, deadline=None, database=None)
settings.load_profile("fixed")


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Name the event loop that the test runs on."""
    return str(request.param)
