"""Build the book: `python docs/build.py`. Any warning, broken link or missing anchor fails it.

First each scenario is run and its replay page written, then Zensical builds the pages, then every
link of the result is followed. The site is docs/site; it opens from disk, without a server.
"""

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import links

from minitasks.scenarios import NAMES

DOCS = Path(__file__).parent
SITE = DOCS / "site"
REPLAYS = DOCS / "pages" / "replays"


def main() -> None:
    """Build everything; leave with 1 where something is wrong."""
    draw_replays()
    run("zensical", "build", "--strict", "--clean", "--config-file", str(DOCS / "zensical.toml"))
    # It names the site's files by absolute paths, which hold at the top of a server only.
    (SITE / "404.html").unlink()
    (SITE / "llms.txt").write_text(list_for_language_models())
    broken = links.problems(SITE)
    for problem in broken:
        print(problem, file=sys.stderr)
    raise SystemExit(1 if broken else 0)


def draw_replays() -> None:
    """Run each scenario for real, in a process of its own, and write its replay page."""
    REPLAYS.mkdir(exist_ok=True)
    for name in NAMES:
        run("minitasks", "run", name, "--page", str(REPLAYS / f"{name}.html"))


def list_for_language_models() -> str:
    """Write llms.txt: each page of the navigation, with its first paragraph."""
    project = tomllib.loads((DOCS / "zensical.toml").read_text())["project"]
    lines = [f"# {project['site_name']}", "", f"> {project['site_description']}"]
    return "\n".join([*lines, *entries(project["nav"]), ""])


def entries(items: list[Any]) -> Iterator[str]:
    """Give the lines for a part of the navigation: a page, or a heading with pages below it."""
    for item in items:
        title, target = next(iter(item.items())) if isinstance(item, dict) else ("", item)
        if isinstance(target, list):
            yield from ["", f"## {title}", "", *entries(target)]
        else:
            text = (DOCS / "pages" / target).read_text()
            heading, paragraph, *_ = text.split("\n\n")
            about = " ".join(paragraph.split()).strip("*")
            yield f"- [{heading.removeprefix('# ')}]({target.removesuffix('.md')}.html): {about}"


def run(module: str, *arguments: str) -> None:
    """Run a module's command; end the build where it fails."""
    environment = {**os.environ, "PYTHONPATH": str(DOCS)}
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(
        command,
        cwd=DOCS.parent,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        print(done.stdout, file=sys.stderr)
        raise SystemExit(f"failed: {' '.join(command)}")


if __name__ == "__main__":
    main()
