"""The commands: parse, call, print. No rule of the domain lives here.

A section for each of the three ways to learn: run and compare (timeline), step (tour), workshop.
"""

from typing import Any

import click

from minitasks.scenarios.errors import CannotRun


class Commands(click.Group):
    """Commands that end with one line and exit code 2 where they can't do what was asked."""

    def invoke(self, context: click.Context) -> Any:
        """Run the command; show `CannotRun` as click shows its own errors."""
        try:
            return super().invoke(context)
        except CannotRun as problem:
            click.echo(f"minitasks: {problem}", err=True)
            context.exit(2)


@click.group(cls=Commands)
@click.version_option(package_name="minitasks")
def cli() -> None:
    """See what add_task really does: watch it run, step through it, rebuild it."""


# -- see it run: minitasks/timeline/ ----------------------------------------


# -- step through it: minitasks/tour/ ----------------------------------------


# -- rebuild it: minitasks/workshop/ ----------------------------------------
