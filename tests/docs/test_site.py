"""The built site: every link leads somewhere, nothing is from outside, a real browser shows it."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from minitasks.scenarios import NAMES
from minitasks.workshop.catalog import exercises
from tests.docs.snippets import DOCS, snippet
from tests.parts import made_once, need_package

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Request

pytestmark = pytest.mark.slow

SITE = DOCS / "site"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, testrun_uid: str) -> Path:
    """Build the book, as the README tells to; once for all workers of pytest-xdist."""
    need_package("zensical")
    made_once("site", build, tmp_path_factory, testrun_uid)
    return SITE


def build(folder: Path) -> None:
    command = [sys.executable, str(DOCS / "build.py")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_page_is_built_and_listed(site: Path) -> None:
    """A page for each that was written, a replay for each scenario; llms.txt has each page once."""
    written = {file.relative_to(DOCS / "pages").with_suffix("") for file in pages()}
    built = {file.relative_to(site).with_suffix("") for file in site.rglob("*.html")}
    assert built - written == {Path("replays") / name for name in NAMES}
    assert written <= built
    links = re.findall(r"^- \[.+\]\((.+)\): .+", (site / "llms.txt").read_text(), re.MULTILINE)
    assert sorted(links) == sorted(f"{page}.html" for page in written)


@pytest.mark.parametrize(
    ("word", "page"),
    [
        ("SIGTERM", "shutdown"),
        ("gunicorn", "shutdown"),
        ("HTTPException", "caught-handled"),
        ("TestClient", "test-client"),
        ("create_task", "create-task"),
        ("deadlock", "deadlock"),
        ("ContextVar", "context-variables"),
        ("Depends", "sessions"),
    ],
)
def test_the_search_finds_what_people_look_for(site: Path, word: str, page: str) -> None:
    """The word stands in the title of its page, where the site's search looks first."""
    items = json.loads((site / "search.json").read_text())["items"]
    titled = {item["location"] for item in items if word.lower() in item["title"].lower()}
    assert f"pitfalls/{page}.html" in titled


def test_a_page_holds_what_its_reader_needs(site: Path) -> None:
    """Below "Answer" what the program prints; nowhere a folder of the machine that built it."""
    text = (site / "predictions.html").read_text()
    assert text.count("<summary>Answer</summary>") == len(exercises())
    assert "```" not in text
    kinds = (".html", ".js", ".json", ".svg", ".txt", ".xml")
    files = [file for file in site.rglob("*") if file.suffix in kinds]
    assert [file for file in files if str(DOCS.parent) in file.read_text()] == []


def test_every_page_is_in_the_navigation_and_begins_with_what_its_reader_will_know() -> None:
    """None is missing; below its title each but the changelog says what is known at its end."""
    navigation = (DOCS / "zensical.toml").read_text()
    names = [f'"{page.relative_to(DOCS / "pages")}"' for page in pages()]
    assert [name for name in names if name not in navigation] == []
    promise = re.compile(r"# .+\n\n\*For [^*]+At the end")
    silent = [page for page in pages() if not promise.match(page.read_text())]
    assert silent == [DOCS / "pages" / "changelog.md"]


def pages() -> list[Path]:
    return sorted((DOCS / "pages").rglob("*.md"))


def test_broken_links_are_found(tmp_path: Path) -> None:
    """The check finds missing pages and anchors and what is loaded from outside; nothing else."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "index.html").write_text(
        '<a href="sub/b.html#here">fine</a> <a href="#top" id="top">fine</a>'
        '<a href="sub/b.html#not">no</a>'
        '<a href="gone.html">no</a> <a href="https://example.org/x">fine</a>'
        '<script src="https://example.org/y.js"></script>'
    )
    (tmp_path / "sub" / "b.html").write_text('<p id="here"></p><img src="../index.html">')
    with snippet("../links.py") as links:
        assert links.problems(tmp_path) == [
            "index.html: gone.html leads nowhere",
            "index.html: sub/b.html#not leads nowhere",
            "index.html: https://example.org/y.js is loaded from outside",
        ]


@pytest.fixture
def page(browser: "Browser", site: Path) -> Iterator["Page"]:
    """Open a window without a network; whatever is wrong on the way fails the test."""
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    wrong: list[str] = []

    def message(message: "ConsoleMessage") -> None:
        if message.type == "error":
            wrong.append(message.text)

    def failed(request: "Request") -> None:
        # A replay that was still loading when the test went on to the next page is no failure.
        if request.failure != "net::ERR_ABORTED":
            wrong.append(request.url)

    page.on("console", message)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("requestfailed", failed)
    yield page
    context.close()
    assert wrong == []


@pytest.mark.browser
def test_every_page_fits_a_desktop_and_a_phone(page: "Page") -> None:
    """Each opens without an error; 1400 pixels hold all code, 390 need no scrolling sideways."""
    too_wide = []
    for number, file in enumerate(sorted(SITE.rglob("*.html"))):
        page.set_viewport_size({"width": 1400, "height": 900})
        page.emulate_media(color_scheme="dark" if number % 2 else "light")
        page.goto(file.as_uri())
        if file.parent.name != "replays":
            too_wide += page.evaluate(
                """() => Array.from(document.querySelectorAll("pre code, .md-typeset table"))
                    .filter((each) => each.scrollWidth > each.clientWidth + 1)
                    .map((each) => document.title + ": " + each.textContent.slice(0, 60))"""
            )
        page.set_viewport_size({"width": 390, "height": 844})
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            too_wide.append(str(file.relative_to(SITE)))
    assert too_wide == []


@pytest.mark.browser
def test_light_and_dark_follow_the_system_and_the_sites_own_switch(page: "Page") -> None:
    """The paper is as the system is; where the reader chose otherwise, the picture's follows."""
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        page.goto((SITE / "index.html").as_uri())
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        brightness = [int(value) for value in re.findall(r"\d+", paper)[:3]]
        assert (max(brightness) < 128) == (scheme == "dark")
    page.evaluate("document.body.setAttribute('data-md-color-scheme', 'slate')")
    picture = page.locator("img").first
    picture.scroll_into_view_if_needed()
    assert picture.evaluate("(image) => getComputedStyle(image).colorScheme") == "dark"


@pytest.mark.browser
@pytest.mark.parametrize(("name", "sheets"), [("cards", 2), ("handout", 2)])
def test_what_is_for_paper_fits_on_it(page: "Page", name: str, sheets: int) -> None:
    """The cards and the handout each take one sheet of A4, printed on both sides."""
    page.goto((SITE / f"{name}.html").as_uri())
    document = page.pdf(format="A4", margin={"top": "1cm", "bottom": "1cm"})
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", document)) <= sheets


@pytest.mark.browser
def test_search_finds_a_page_from_disk_and_without_a_network(page: "Page") -> None:
    """Type into the search, and the page that tells of it is found and opened."""
    page.goto((SITE / "index.html").as_uri())
    page.keyboard.press("Control+k")
    page.locator("input[aria-label=Search]").fill("visibility_timeout")
    page.get_by_text("On a laptop, and for real").first.click()
    page.wait_for_url("**/outgrowing.html*")


@pytest.mark.browser
def test_replay_inside_a_page_steps_by_keyboard(page: "Page") -> None:
    """A page holds a replay that takes the keys, once it was clicked."""
    page.goto((SITE / "pitfalls" / "blocking.html").as_uri())
    page.locator("iframe.replay").scroll_into_view_if_needed()
    position = page.frame_locator("iframe.replay").get_by_text(re.compile(r"^\s*\d+ of \d+"))
    position.click()
    page.keyboard.press("End")
    number, _, last = position.inner_text().split()
    assert number == last
