"""The plot of the capacity page: `python plot.py FILE` measures, simulates and draws it as SVG."""

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from statistics import fmean

from measured import compare, drawn
from million import SERVICE, TOKENS, load_at
from queueing import Load, arrivals, mean_wait, simulate

Point = tuple[
    float, float
]  # utilisation, and mean wait as a share of the mean service time

WIDTH, HEIGHT, LEFT, RIGHT, BOTTOM = 640, 360, 50, 70, 50
LOWEST, HIGHEST = 0.4, 1.5  # of utilisation on the x axis, of the wait on the y axis
HEAD = f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"
  font-family="system-ui, sans-serif" font-size="13">
<title>The mean wait for a token grows without limit as the utilisation comes near to 100 %</title>
<style>text {{ fill: #7a7f87 }} .axis, .line {{ fill: none; stroke: #7a7f87 }}
.line {{ stroke-width: 2 }} .simulated {{ fill: none; stroke: #3b82f6; stroke-width: 2 }}
.real {{ stroke: #e8590c; stroke-width: 2.5 }} .key-real {{ fill: #e8590c }}
.same, .key-simulated {{ fill: #3b82f6 }}</style>"""

# So few tasks wait longer or shorter than the formula says: so a cross stands beside the dot of the
# very same tasks.
FEW = 4000
FEW_AT = (0.6, 0.8, 0.9)


def formula(tokens: int) -> Iterator[Point]:
    """Follow the formula to where it leaves the picture."""
    for permille in range(400, 1000, 2):
        load = Load(permille / 1000 * tokens / SERVICE, SERVICE, tokens)
        if mean_wait(load) / SERVICE <= HIGHEST:
            yield permille / 1000, mean_wait(load) / SERVICE


def simulated() -> Iterator[Point]:
    """Simulate some loads on forty tokens."""
    for utilisation in (0.5, 0.6, 0.7, 0.8, 0.85, 0.9):
        waits = simulate(arrivals(load_at(utilisation), 200_000), TOKENS)
        yield utilisation, fmean(waits) / SERVICE


def same() -> Iterator[Point]:
    """Simulate the tasks that are run for real."""
    for utilisation in FEW_AT:
        waits = simulate(drawn(load_at(utilisation), FEW), TOKENS)
        yield utilisation, fmean(waits) / SERVICE


def real() -> Iterator[Point]:
    """Run some loads on the real thread pool."""
    for utilisation in FEW_AT:
        _, wait = compare(load_at(utilisation), FEW)
        yield utilisation, wait / SERVICE


def place(point: Point) -> str:
    """Give the place of a point in the picture."""
    x = LEFT + (point[0] - LOWEST) / (1 - LOWEST) * (WIDTH - LEFT - RIGHT)
    y = HEIGHT - BOTTOM - point[1] / HIGHEST * (HEIGHT - BOTTOM - 20)
    return f"{x:.1f},{y:.1f}"


def curve(tokens: int, anchor: str) -> str:
    """Draw the formula for a number of tokens, which is written at the curve's end."""
    points = list(formula(tokens))
    x, _ = place(points[-1]).split(",")
    x = f"{float(x) + 6}" if anchor == "start" else x
    path = " ".join(place(point) for point in points)
    label = f'<text x="{x}" y="14" text-anchor="{anchor}">{tokens} tokens</text>'
    return f'<polyline class="line" points="{path}"/>{label}'


def marks(points: Iterable[Point], draw: Callable[[str, str], str]) -> str:
    """Draw each point."""
    return "\n".join(draw(*place(point).split(",")) for point in points)


def ring(x: str, y: str) -> str:
    """Draw what was simulated."""
    return f'<circle class="simulated" cx="{x}" cy="{y}" r="5"/>'


def dot(x: str, y: str) -> str:
    """Draw what the same tasks as a cross's wait in the simulation."""
    return f'<circle class="same" cx="{x}" cy="{y}" r="3"/>'


def cross(x: str, y: str) -> str:
    """Draw what was measured."""
    return f'<path class="real" d="M{x},{y}m-5,-5l10,10m0,-10l-10,10"/>'


def axes() -> str:
    """Draw the axes and say what they mean."""
    lines = f"M{place((LOWEST, HIGHEST))}L{place((LOWEST, 0))}L{place((1, 0))}"
    parts = [f'<path class="axis" d="{lines}"/>']
    for percent in range(40, 101, 10):
        x, y = place((percent / 100, 0)).split(",")
        parts.append(
            f'<text x="{x}" y="{float(y) + 18}" text-anchor="middle">{percent} %</text>'
        )
    for half in range(4):
        x, y = place((LOWEST, half / 2)).split(",")
        parts.append(
            f'<text x="{float(x) - 8}" y="{y}" text-anchor="end">{half / 2}</text>'
        )
    parts.append(
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 10}" text-anchor="end">utilisation</text>'
    )
    parts.append(f'<text x="{LEFT + 10}" y="26">mean wait / service time</text>')
    parts.append(f'<text x="{LEFT + 10}" y="60">lines: the formula</text>')
    parts.append(
        f'<text class="key-simulated" x="{LEFT + 10}" y="80">rings: 200,000 simulated</text>'
    )
    parts.append(
        f'<text class="key-real" x="{LEFT + 10}" y="100">crosses: 4,000 real</text>'
    )
    parts.append(
        f'<text class="key-simulated" x="{LEFT + 10}" y="120">dots: the same 4,000, simulated</text>'
    )
    return "\n".join(parts)


def draw(real_points: Iterable[Point]) -> str:
    """Draw the picture. All but what was really measured comes out the same each time."""
    curves = [curve(4, "end"), curve(10, "middle"), curve(40, "start")]
    parts = [
        HEAD,
        axes(),
        *curves,
        marks(simulated(), ring),
        marks(same(), dot),
        marks(real_points, cross),
        "</svg>\n",
    ]
    return "\n".join(parts)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(draw(real()))
