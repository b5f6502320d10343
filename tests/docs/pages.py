"""Pages: what the README and the book show that can be run."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.docs.snippets import DOCS

ROOT = DOCS.parent
PAGES = [ROOT / "README.md", *sorted((DOCS / "pages").rglob("*.md"))]
FENCE = re.compile(r"^( *)```(\w+)[^\n]*\n(.*?)^\1```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Command:
    page: Path
    line: str
    output: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}: {self.line}"


def blocks(page: Path, language: str) -> list[str]:
    return [
        re.sub(f"^{indent}", "", text, flags=re.MULTILINE)
        for indent, name, text in FENCE.findall(page.read_text())
        if name == language
    ]


def commands() -> Iterator[Command]:
    """Give every command of every page: a `$ ` line of a console block, and what follows it."""
    for page in PAGES:
        for block in blocks(page, "console"):
            for shown in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                line, _, output = shown.partition("\n")
                yield Command(page, line, output)


def scripts(page: Path) -> list[str]:
    console = [block for block in blocks(page, "console") if not block.startswith("$ ")]
    return blocks(page, "sh") + console
