"""Draw the pictures of the README and the pages: `python docs/pictures.py`.

They are kept in the repository. A test draws both again and compares what does not change from run
to run.
"""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from minitasks.scenarios import NAMES, find_scenario
from minitasks.scenarios.application import Request, find_application
from minitasks.scenarios.library import load_library
from minitasks.timeline.calls import View
from minitasks.timeline.own_runs import serve_recorded
from minitasks.timeline.picture import render_svg
from minitasks.timeline.record_scenario import record_scenario
from minitasks.timeline.terminal import draw, show

DOCS = Path(__file__).parent
IMAGES = DOCS / "pages" / "images"

# The functions of the article that the home page shows.
ARTICLE = ("register_product", "register_to_blockchain", "send_confirmation_email")

# The small applications for pictures: what each picture shows, and the requests that are sent.
APPLICATIONS = {
    "middleware": (
        "The middleware's call is over when the last task is",
        [Request("POST", "/order")],
    ),
    "keep_alive": (
        "The second request is answered while the first one's task runs",
        [Request("POST", "/order"), Request("GET", "/next")],
    ),
}

# A line's height, in the picture's units, and how long the motion takes.
LINE, SECONDS = 24.4, 14
MOTION = f"""\
@keyframes draw {{ 0% {{ transform: none }} 40%, 98% {{ transform: translateX(100%) }} }}
.curtain {{ animation: draw {SECONDS}s linear infinite }}"""


def main() -> None:
    """Write the pictures: the home page's, one for each scenario and application, the plot."""
    (IMAGES / "timeline.svg").write_text(draw_timeline())
    (IMAGES / "home.svg").write_text(draw_home())
    for name in [*NAMES, *APPLICATIONS]:
        # Each in a process of its own: on Python 3.11 idle workers of an earlier run are not seen.
        subprocess.run([sys.executable, __file__, name], check=True)
    plot = DOCS / "snippets" / "capacity" / "plot.py"
    subprocess.run([sys.executable, plot, IMAGES / "capacity.svg"], check=True)


def draw_timeline() -> str:
    """Run the article's story for real, and draw what was recorded, as a moving picture."""
    return moving(draw_scenario("register-product", "minitasks run"))


def draw_home() -> str:
    """Draw the same story for the home page: the article's own functions, readable on a phone."""
    scenario = find_scenario("register-product")
    run = record_scenario(scenario, load_library("minitasks", scenario.needs))
    events = run.view.timeline.events
    shown = [event for event in events if event.kind == "mark" or event.function in ARTICLE]
    view = View(replace(run.view.timeline, events=tuple(shown)))
    title = "The answer is sent first, then the tasks run"
    return render_svg(lambda console: draw(console, [title], view, None, []), title, width=62)


def moving(picture: str) -> str:
    """Let the lanes of a picture come from left to right, then its sentences one by one.

    A curtain of the paper's colour slides away. Whoever wants no motion sees the whole picture.
    """
    axis = re.search(r'y="([\d.]+)" textLength="([\d.]+)"[^>]*>ms&#160;', picture)
    legend = re.search(r'y="([\d.]+)"[^>]*>█&#160;runs', picture)
    assert axis is not None
    assert legend is not None
    (top, left), bottom = map(float, axis.groups()), float(legend[1])
    curtain = (
        f'<rect class="paper curtain" x="{left - 6:.0f}" y="{top + 6:.0f}" width="100%" '
        f'height="{bottom - top - LINE:.0f}"/>'
    )
    behind = sorted({float(y) for y in re.findall(r'<text[^>]* y="([\d.]+)"', picture)})
    sentences = [y for y in behind if y > bottom]
    styles = [MOTION]
    for number, y in enumerate(sentences):
        begin = 45 + 40 * number / len(sentences)
        styles.append(
            f"@keyframes say-{number} {{ 0%, {begin:.0f}% {{ opacity: 0 }} "
            f"{begin + 2:.0f}%, 98% {{ opacity: 1 }} }}\n"
            f'[y="{y:g}"] {{ animation: say-{number} {SECONDS}s infinite }}'
        )
    motion = "\n".join(["@media (prefers-reduced-motion: no-preference) {", *styles, "}"])
    still = "@media (prefers-reduced-motion: reduce) { .curtain { display: none } }"
    picture = picture.replace("</style>", f"{motion}\n{still}\n</style>", 1)
    return picture.replace("</g></g>\n</svg>", f"</g>{curtain}</g>\n</svg>")


def draw_application(name: str, title: str, requests: list[Request]) -> str:
    """Serve one of the small applications for pictures for real, and draw all that was recorded."""
    file = DOCS / "snippets" / "pictures" / f"{name}.py"
    application = find_application(str(file))
    view = serve_recorded(application, requests).view
    return render_svg(lambda console: draw(console, [title], view, file, []), title)


def draw_scenario(name: str, command: str) -> str:
    """Run a scenario for real, and draw what was recorded."""
    scenario = find_scenario(name)
    run = record_scenario(scenario, load_library("minitasks", scenario.needs))
    title = f"{name}: {scenario.promise}"
    return render_svg(lambda console: show(console, scenario, command, run), title)


if __name__ == "__main__":
    if sys.argv[1:]:
        (name,) = sys.argv[1:]
        if name in APPLICATIONS:
            picture = draw_application(name, *APPLICATIONS[name])
        else:
            picture = draw_scenario(name, f"minitasks run {name}")
        (IMAGES / f"{name}.svg").write_text(picture)
    else:
        main()
