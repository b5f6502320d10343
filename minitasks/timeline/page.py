"""The replay page: a recording as one HTML file that shows it step by step, offline.

`render_page` fills page_assets/page.html with the style, the scripts and the recording, which
page_data.py packs. How the page works is told by the scripts in page_assets/, recording.js first.
"""

import base64
import hashlib
import html
import json
import re
import string
from collections.abc import Sequence
from importlib import resources
from typing import Any

from minitasks.timeline.calls import Call, View
from minitasks.timeline.findings import Finding, named_in
from minitasks.timeline.page_data import clip, pack
from minitasks.timeline.terminal import UNICODE, sign_of

SCRIPTS = ("recording.js", "chart.js", "panels.js", "predict.js", "page.js")
LONGEST_DESCRIPTION = 5000  # characters


def render_page(
    view: View, title: str = "Replay", description: str = "", findings: Sequence[Finding] = ()
) -> str:
    """Make the replay page of a recording.

    Args:
        view: The recording.
        title: The page's title and heading, such as the scenario's name.
        description: What the run shows, in plain text, such as a scenario's docstring. Its first
            paragraph is always shown. The others can be unfolded, under their first line if that
            ends with a colon. Lines that begin with "- " are a list, `names` in backquotes code.
        findings: What is said of the run: each sentence leads to the step that it is about.

    Returns:
        A whole HTML document in ASCII, to be written to a file as it is. It loads nothing from
        anywhere. Texts of more than 300 characters are cut. Opened at `#step=12`, it shows the
        twelfth step.
    """
    style = asset("page.css")
    script = "\n".join(map(asset, SCRIPTS))
    page = string.Template(asset("page.html")).substitute(
        # This one style and this one script are allowed, nothing else, from here or from outside.
        policy=(
            f"default-src 'none'; style-src '{sha256(style)}'; script-src '{sha256(script)}'; "
            "base-uri 'none'; form-action 'none'"
        ),
        title=html.escape(clip(title)),
        description=describe(description),
        sentences=sentences(view, findings),
        style=style,
        script=script,
        recording=json_in_html(pack(view)),
    )
    # ASCII reads the same in whatever encoding a server or an editor takes it for. And half a
    # surrogate pair, which no encoding can write, becomes a character reference like any other.
    return page.encode("ascii", "xmlcharrefreplace").decode("ascii")


def asset(name: str) -> str:
    folder = resources.files("minitasks.timeline") / "page_assets"
    return (folder / name).read_text(encoding="utf-8")


def sha256(text: str) -> str:
    """Name a text by its hash, the way a content security policy does."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def json_in_html(data: Any) -> str:
    """Write data as JSON that can stand inside a script element.

    There only `</script` and `<!--` mean anything to the HTML parser, so no `<` may be left.
    """
    return json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")


def describe(text: str) -> str:
    """Turn the description into HTML: its first paragraph, and the rest to be unfolded."""
    lead, _, rest = clip(text.strip(), LONGEST_DESCRIPTION).partition("\n\n")
    if not rest:
        return paragraph(lead)
    summary, colon, more = rest.partition(":\n")
    if not colon or "\n" in summary:
        summary, more = "More", rest
    unfolded = "".join(paragraph(part) for part in more.split("\n\n"))
    title = html.escape(summary)
    return f"{paragraph(lead)}<details><summary>{title}</summary>{unfolded}</details>"


def sentences(view: View, findings: Sequence[Finding]) -> str:
    """List the sentences on a run, each a link to the first step of what it names first."""
    if not findings:
        return ""
    items: list[str] = []
    calls: list[Call] = []
    for finding in findings:
        sign, kind = sign_of(finding, UNICODE)
        words = html.escape(clip(finding.text))
        # "It" is what the sentence before is about.
        if calls := named_in(finding, view) or calls:
            words = f'<a href="#step={calls[0].first + 1}">{words}</a>'
        items.append(f'<li class="{kind}"><span class="sign">{sign}</span>{words}</li>')
    return f'<ul id="sentences">{"".join(items)}</ul>'


def paragraph(text: str) -> str:
    """Turn a paragraph into HTML, with its lines that begin with "- " as a list."""
    escaped = re.sub("`([^`]+)`", r"<code>\1</code>", html.escape(text))
    before, *items = re.split("^- ", escaped, flags=re.MULTILINE)
    words = f"<p>{before}</p>" if before.strip() else ""
    listed = "".join(f"<li>{item}</li>" for item in items)
    return f"{words}<ul>{listed}</ul>" if items else words
