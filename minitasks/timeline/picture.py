"""Picture: what the terminal shows, as an SVG document for notebooks, a README and pages.

rich draws it, once for a reader's light and once for dark colours, and the two style sheets are put
into one document. It brings no font from the web.
"""

import io
import re
from collections.abc import Callable
from xml.sax.saxutils import escape

from rich.color import parse_rgb_hex
from rich.console import Console
from rich.terminal_theme import TerminalTheme

WIDTH = 88  # columns
MARGIN = 12  # in the units of a letter's height of 20


def theme(colours: str) -> TerminalTheme:
    """Take the background, the text, and a terminal's eight: black, red, green, yellow, and on."""
    given: list[tuple[int, int, int]] = [parse_rgb_hex(each) for each in colours.split()]
    return TerminalTheme(given[0], given[1], given[2:])


LIGHT = theme("ffffff 1b2129 1b2129 b3261e 1a7535 8a5a00 a34d00 7a3fd0 0b62c4 57626e")
DARK = theme("0f1419 e4e9ee e4e9ee ff8f86 5fcf7c e6be5a f5a05a c3a0ff 6cb2ff 9aa6b2")

FORMAT = """\
<svg class="rich-terminal" viewBox="0 0 {terminal_width} {terminal_height}" role="img" \
aria-label="TITLE" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font: {char_height}px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, \
monospace; line-height: {line_height}px; white-space: pre }}
{styles}
</style>
<rect class="paper" width="100%" height="100%" rx="8"/>
<g transform="translate(12, 12)">{backgrounds}<g class="{unique_id}-matrix">{matrix}</g></g>
</svg>
"""


def render_svg(draw: Callable[[Console], None], title: str, width: int = WIDTH) -> str:
    """Draw what a function prints on a console, under a title for screen readers."""
    light, dark = (export(draw, theme, width) for theme in (LIGHT, DARK))
    # The colours of the dark one alone.
    styles = "\n".join(re.findall(r"^\s*\.\S+-r\d+ .*$", dark, flags=re.MULTILINE))
    styles += f"\n.paper {{ fill: {DARK.background_color.hex} }}"
    both = f".paper {{ fill: {LIGHT.background_color.hex} }}\n"
    both += f"@media (prefers-color-scheme: dark) {{\n{styles}\n}}\n</style>"
    named = light.replace("</style>", both, 1).replace("TITLE", escape(title, {'"': "&quot;"}), 1)
    return re.sub(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', with_margin, named, count=1)


def with_margin(view: re.Match[str]) -> str:
    width, height = (float(length) + 2 * MARGIN for length in view.groups())
    return f'viewBox="0 0 {width:.0f} {height:.0f}"'


def export(draw: Callable[[Console], None], theme: TerminalTheme, width: int) -> str:
    console = Console(
        record=True,
        width=width,
        file=io.StringIO(),
        force_terminal=True,
        force_jupyter=False,
        highlight=False,
    )
    draw(console)
    return console.export_svg(theme=theme, code_format=FORMAT, unique_id="picture")
