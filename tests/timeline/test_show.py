"""Show: a recorded run on a terminal, in colour or without, in Unicode or in ASCII."""

import dataclasses
import io
import re
from typing import Any

import pytest
from rich.console import Console

from minitasks.scenarios import NAMES, find_scenario
from minitasks.timeline.record_scenario import ScenarioRun
from minitasks.timeline.terminal import show
from tests.recorded import recorded


def shown(name: str, watched: ScenarioRun | None = None, **options: Any) -> str:
    """Give what is printed of a run on a console with some options."""
    memory = io.StringIO()
    console = Console(file=memory, highlight=False, **{"width": 80, **options})
    show(console, find_scenario(name), f"{name} on minitasks", watched or recorded(name))
    return memory.getvalue()


@pytest.mark.parametrize("name", NAMES)
def test_every_scenario_fits_the_width(name: str) -> None:
    """No line is wider than the terminal, and none ends with spaces."""
    for width in (80, 200):
        lines = shown(name, width=width).splitlines()
        assert max(map(len, lines)) <= width
        assert [line for line in lines if line != line.rstrip()] == []
        assert lines[:2] == [f"{name} on minitasks", find_scenario(name).promise]


def test_colour_is_for_terminals() -> None:
    """A terminal gets the sixteen colours that it has a palette for, and no other."""
    text = shown("first-failure", force_terminal=True, color_system="standard")
    colours = set(re.findall(r"\x1b\[([\d;]+)m", text))
    assert "1;31" in colours  # the failure, bold red
    assert not {colour for colour in colours if "38;" in colour or "48;" in colour}


def test_no_color_means_no_colour() -> None:
    """Bold and dim may stay, colours may not."""
    text = shown("first-failure", force_terminal=True, color_system="standard", no_color=True)
    assert not re.search(r"\x1b\[(\d+;)*[349][0-7]m", text)


def test_an_encoding_without_the_characters_gets_ascii() -> None:
    """Nothing is lost where a terminal knows ASCII only."""
    raw = io.BytesIO()
    with io.TextIOWrapper(raw, encoding="ascii") as file:
        narrow = Console(file=file, width=80, highlight=False)
        show(narrow, find_scenario("in-order"), "in-order", recorded("in-order"))
        file.flush()
        text = raw.getvalue().decode("ascii")
    # How wide each is, a busy machine decides.
    assert re.search(r"^  notify_warehouse +[#=.]*[#=][#=.]*$", text, re.MULTILINE)
    assert "+ The tasks ran in this order" in text


def test_a_recording_that_was_full_says_so() -> None:
    """What is missing from the picture is told below it."""
    timeline = dataclasses.replace(recorded("in-order").timeline, dropped=7)
    last = shown("in-order", ScenarioRun(timeline)).splitlines()[-1]
    assert last.startswith(f"✗ The recording was full after {len(timeline.events)} events")
