"""An application's own log is what it is under uvicorn, whose logging is set before the import."""

from pathlib import Path

from tests.timeline.served_by_command import served

LOGGING = """
import logging

from fastapi import FastAPI

logging.basicConfig(filename="shop.log", filemode="w", format="%(name)s: %(message)s", level=20)
logging.getLogger("uvicorn.access").handlers[0].setFormatter(logging.Formatter("%(levelname)s"))
app = FastAPI()
log = logging.getLogger("shop")
log.info("imported")


@app.get("/")
async def index():
    log.info("asked")
"""


def test_what_an_application_logs_and_how_is_its_own(tmp_path: Path) -> None:
    """Its file keeps every line, uvicorn's handlers are there, and no line is of the client."""
    served(tmp_path, LOGGING, "/")
    lines = (tmp_path / "shop.log").read_text().splitlines()
    assert [line for line in lines if not line.startswith("asyncio: ")] == [
        "shop: imported",
        "shop: asked",
    ]
