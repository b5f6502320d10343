"""Draw the pictures of the README and the pages: `python docs/pictures.py`.

They are kept in the repository. A test draws both again and compares what does not change from run
to run.
"""

import subprocess
import sys
from pathlib import Path

from minitasks.scenarios import NAMES, find_scenario
from minitasks.scenarios.library import load_library
from minitasks.timeline.picture import render_svg
from minitasks.timeline.record_scenario import record_scenario
from minitasks.timeline.terminal import show

DOCS = Path(__file__).parent
IMAGES = DOCS / "pages" / "images"


def main() -> None:
    """Write the pictures: the home page's, one for each scenario, the plot."""
    (IMAGES / "timeline.svg").write_text(draw_timeline())
    for name in NAMES:
        # Each in a process of its own: on Python 3.11 idle workers of an earlier run are not seen.
        subprocess.run([sys.executable, __file__, name], check=True)
    plot = DOCS / "snippets" / "capacity" / "plot.py"
    subprocess.run([sys.executable, plot, IMAGES / "capacity.svg"], check=True)


def draw_timeline() -> str:
    """Run the article's story for real, and draw what was recorded."""
    return draw_scenario("register-product", "minitasks run")


def draw_scenario(name: str, command: str) -> str:
    """Run a scenario for real, and draw what was recorded."""
    scenario = find_scenario(name)
    run = record_scenario(scenario, load_library("minitasks", scenario.needs))
    title = f"{name}: {scenario.promise}"
    return render_svg(lambda console: show(console, scenario, command, run), title)


if __name__ == "__main__":
    if sys.argv[1:]:
        (scenario,) = sys.argv[1:]
        picture = draw_scenario(scenario, f"minitasks run {scenario}")
        (IMAGES / f"{scenario}.svg").write_text(picture)
    else:
        main()
