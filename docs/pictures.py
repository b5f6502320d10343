"""Draw the pictures of the README and the pages: `python docs/pictures.py`.

They are kept in the repository. A test draws both again and compares what does not change from run
to run.
"""

import subprocess
import sys
from pathlib import Path

from minitasks.scenarios import find_scenario
from minitasks.scenarios.library import load_library
from minitasks.timeline.picture import render_svg
from minitasks.timeline.record_scenario import record_scenario
from minitasks.timeline.terminal import show

DOCS = Path(__file__).parent
IMAGES = DOCS / "pages" / "images"


def main() -> None:
    """Write both pictures."""
    (IMAGES / "timeline.svg").write_text(draw_timeline())
    plot = DOCS / "snippets" / "capacity" / "plot.py"
    subprocess.run([sys.executable, plot, IMAGES / "capacity.svg"], check=True)


def draw_timeline() -> str:
    """Run the article's story for real, and draw what was recorded."""
    scenario = find_scenario("register-product")
    run = record_scenario(scenario, load_library("minitasks", scenario.needs))
    title = "A request and its background tasks"
    return render_svg(lambda console: show(console, scenario, "minitasks run", run), title)


if __name__ == "__main__":
    main()
