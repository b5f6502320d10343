"""Pictures: those in the repository are what their commands draw today."""

import re
from xml.etree import ElementTree as ET

import pytest

from tests.docs.snippets import DOCS, snippet

IMAGES = DOCS / "pages" / "images"
SVG = "{http://www.w3.org/2000/svg}"

pytestmark = pytest.mark.slow


def words(picture: str) -> list[str]:
    """Give the names of a picture's lanes and functions, and the names in its sentences."""
    texts = ("".join(text.itertext()) for text in ET.fromstring(picture).iter(f"{SVG}text"))
    return sorted(
        {word for text in texts for word in re.findall(r"[a-z]\w*_\w+|[a-z]+ loop", text)}
    )


@pytest.mark.parametrize("name", ["timeline", "home", "middleware", "keep_alive"])
def test_a_picture_is_fresh(name: str) -> None:
    """A run of today has the same lanes, functions and marks as the picture that is kept."""
    with snippet("../pictures.py") as pictures:
        if name in pictures.APPLICATIONS:
            today = pictures.draw_application(name, *pictures.APPLICATIONS[name])
        else:
            today = getattr(pictures, f"draw_{name}")()
    assert words(today) == words((IMAGES / f"{name}.svg").read_text())


def test_the_home_pages_picture_shows_the_article() -> None:
    """It has the article's three functions, and text that is readable on a phone."""
    kept = (IMAGES / "home.svg").read_text()
    with snippet("../pictures.py") as pictures:
        assert {name for name in words(kept) if "_" in name} == set(pictures.ARTICLE)
    width = int(re.search(r'viewBox="0 0 (\d+)', kept)[1])  # type: ignore[index]
    assert 20 * 340 / width > 8  # pixels of a letter of 20 units in a column of 340


def test_plot_is_fresh() -> None:
    """The formula and the simulation draw what the picture shows; what was measured may differ."""
    measured = re.compile(r'<path class="real".*\n')
    kept = (IMAGES / "capacity.svg").read_text()
    with snippet("capacity/plot.py") as plot:
        today = plot.draw([])
    assert len(measured.findall(kept)) == 3
    assert today.replace("\n\n", "\n") == measured.sub("", kept).replace("\n\n", "\n")


def test_the_readmes_picture_moves_unless_a_reader_wants_no_motion() -> None:
    """A curtain slides off the lanes, and the sentences come after; at rest all of it is there."""
    picture = (IMAGES / "timeline.svg").read_text()
    assert picture.count('class="paper curtain"') == 1
    assert "@media (prefers-reduced-motion: reduce) { .curtain { display: none } }" in picture
    moving = picture.split("@media (prefers-reduced-motion: no-preference) {")[1]
    said = re.findall(r'\[y="([\d.]+)"\] \{ animation: say-\d+', moving)
    rows = [
        text.get("y")
        for text in ET.fromstring(picture).iter(f"{SVG}text")
        if "✓" in (text.text or "")
    ]
    assert set(filter(None, rows)) <= set(said)
