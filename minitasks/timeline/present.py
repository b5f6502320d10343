"""Present: a run as its user asked for it: lanes, rows or JSON; and a page, and a trace."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from minitasks.errors import CannotRun
from minitasks.timeline import output
from minitasks.timeline.ask import ask, need_terminal
from minitasks.timeline.calls import View
from minitasks.timeline.findings import Finding
from minitasks.timeline.page import render_page
from minitasks.timeline.rows import list_rows
from minitasks.timeline.terminal import draw
from minitasks.timeline.trace_file import render_trace


@dataclass(frozen=True)
class Choice:
    """How a run is shown. Before anything runs, it is checked that each file may be written."""

    rows: bool = False
    wants_json: bool = False
    page: Path | None = None
    trace: Path | None = None
    wants_questions: bool = False
    runs: list[dict[str, Any]] = field(default_factory=list)  # as JSON tells of them
    said: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.rows and self.wants_json:
            raise CannotRun("--rows and --json exclude each other: choose one")
        if self.wants_questions:
            if self.rows or self.wants_json:
                raise CannotRun("--ask draws lanes: leave out --rows and --json")
            need_terminal()
        if self.page and self.page == self.trace:
            raise CannotRun(f"--page and --trace both name {self.page}: choose two files")
        if self.page:
            output.check(self.page, output.PAGE)
        if self.trace:
            output.check(self.trace, output.TRACE)

    def show(
        self, headings: list[str], view: View, own: Path, findings: list[Finding], **facts: Any
    ) -> None:
        """Print a run, or a request; or keep what JSON says of it, `facts` too, for the end.

        The calls of the file or the folder `own` are all drawn.
        """
        if self.page:
            self.said.extend(findings)
        if self.wants_json:
            self.runs.append({**facts, "findings": [asdict(each) for each in findings]})
        elif self.rows:
            click.echo("\n".join([*(headings if facts else ()), *list_rows(view)]))
        elif view.timeline.events:  # nothing ran of a program that is no Python
            console = Console(highlight=False)
            if self.wants_questions:
                ask(console, view, own, findings)
            draw(console, headings, view, own, findings)

    def finish(self, title: str, description: str, view: View, **facts: Any) -> None:
        """Write what was asked for besides, of the whole run."""
        if self.wants_json:
            document = {"schema": 1, "command": "run", **facts, "runs": self.runs}
            click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        if self.page:
            output.write(self.page, render_page(view, title, description, self.said))
            click.echo(f"Replay page: {self.page}", err=True)
        if self.trace:
            output.write(self.trace, render_trace(view, title))
            click.echo(f"Trace file: {self.trace}, for ui.perfetto.dev or speedscope.app", err=True)
