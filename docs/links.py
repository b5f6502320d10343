"""Links: does everything that the built site points to exist, anchors included?"""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


@dataclass
class Page(HTMLParser):
    """One page's links and anchors.

    Attributes:
        links: What its `href` and `src` attributes say.
        loads: Those that a browser fetches by itself, without a click.
        anchors: The `id` and `name` attributes, which links can point at.
    """

    links: set[str] = field(default_factory=set)
    loads: set[str] = field(default_factory=set)
    anchors: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note what one element points to and what can be pointed at in it."""
        for name, value in attributes:
            if not value:
                continue
            if name in ("id", "name"):
                self.anchors.add(value)
            if name in ("href", "src"):
                self.links.add(value)
            if name == "src" or (name == "href" and tag == "link"):
                self.loads.add(value)


def read_site(site: Path) -> dict[Path, Page]:
    """Read every page of a built site."""
    pages = {}
    for file in sorted(site.rglob("*.html")):
        page = Page()
        page.feed(file.read_text())
        pages[file.resolve()] = page
    return pages


def problems(site: Path) -> list[str]:
    """List the links that lead nowhere, and what would be loaded from outside.

    Args:
        site: The folder of the built site.
    """
    pages = read_site(site)
    found = []
    for file, page in pages.items():
        shown = file.relative_to(site.resolve())
        broken = sorted(link for link in page.links if not leads_somewhere(link, file, pages))
        foreign = sorted(link for link in page.loads if urlsplit(link).scheme in ("http", "https"))
        found += [f"{shown}: {link} leads nowhere" for link in broken]
        found += [f"{shown}: {link} is loaded from outside" for link in foreign]
    return found


def leads_somewhere(link: str, file: Path, pages: dict[Path, Page]) -> bool:
    """Tell whether a link's file and anchor exist. Links to other sites are not followed."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return True

    target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
    if target.is_dir():
        target /= "index.html"
    if not parts.fragment:
        return target.exists()
    anchors = pages[target].anchors if target in pages else set()
    # A replay's script, which has a slider, answers to the numbers of its steps.
    anchor = "slider" if parts.fragment.startswith("step=") else unquote(parts.fragment)
    return anchor in anchors
