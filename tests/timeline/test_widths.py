"""What is printed fits the terminal and leaves it as it is, whatever paths and names hold."""

import os
import subprocess
import sys

import pytest
from rich.cells import cell_len
from rich.console import Console

from minitasks.scenarios.marks import mark, watching
from minitasks.timeline.rows import WIDTH, list_rows
from minitasks.timeline.terminal import Row, Scale, as_text, glyphs_for, mark_rows
from minitasks.tour.debugger import heading
from minitasks.tracing import where
from minitasks.tracing.where import clip, wrapped
from tests.timeline.recordings import event, view_of

LONG = "注文の確認メールを送信する非常に長い名前の関数"
SHOP = f"""
import time
import fastapi
app = fastapi.FastAPI()

def {LONG}(to): pass

@app.get("/{{path:path}}")
async def 日本語の名前を持つエンドポイント(tasks: fastapi.BackgroundTasks):
    tasks.add_task({LONG}, "花子")
    tasks.add_task({LONG}, "太郎")
    time.sleep(0.06)
"""
PATHS = ("/a%0Ab%1b[31m%e3%80%80", f"/{'x' * 150}", "/日本語の名前を持つ" * 4)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Serve an application by the command, 80 columns wide, and give the lines of its output."""
    folder = tmp_path_factory.mktemp("wide")
    (folder / "wide_shop.py").write_text(SHOP, encoding="utf-8")
    asked = [word for path in PATHS for word in ("--get", path)]
    done = subprocess.run(
        [sys.executable, "-m", "minitasks", "run", "wide_shop:app", *asked],
        capture_output=True,
        encoding="utf-8",
        cwd=folder,
        env={**os.environ, "COLUMNS": "80", "PYTHONIOENCODING": "utf-8"},
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")


def test_no_line_is_too_wide_for_the_terminal(printed: list[str]) -> None:
    """Headings, pictures and sentences, also of long paths and of letters two columns wide."""
    assert [line for line in printed if cell_len(line) > 80] == []
    assert "".join(printed).count(f"/{'x' * 74}") >= 1


def test_control_characters_of_a_path_are_shown_escaped(printed: list[str]) -> None:
    """A newline, an escape: in the heading, and in the picture, where the client's lane stands."""
    assert [line for line in printed if not line.isprintable()] == []
    assert printed[0] == r"GET /a\nb\x1b[31m\u3000: 404"
    assert printed[2].startswith("client ")
    assert r"request sent: GET /a\nb\x1b[31m" in printed[2]


def test_a_mark_shows_what_can_not_be_printed() -> None:
    """Of a warning in several lines, too."""
    heard: list[str] = []
    with watching(heard.append):
        mark("two\nlines: é 日本")
    assert heard == [r"two\nlines: é 日本"]


def test_words_in_a_row_take_the_columns_that_they_have() -> None:
    """A wide letter takes two, an accent none; what does not fit is cut."""
    glyphs = glyphs_for(Console())
    scale = Scale(0, 100, 20)
    (row,) = mark_rows(Row("lane"), [("日本e\u0301x", 0)], scale, glyphs)
    assert as_text(row, 6, 20, glyphs).plain == f"lane  {glyphs.mark} 日本e\u0301x"
    (row,) = mark_rows(Row("lane"), [("日本" * 9, 1)], scale, glyphs)
    assert cell_len(as_text(row, 6, 20, glyphs).plain) <= 26


def test_a_text_is_broken_at_its_spaces_or_in_a_longer_word() -> None:
    """By columns; spaces within a line of source are kept."""
    assert wrapped("to 日本 `a  =  1` x", 9) == ["to 日本", "`a  =  1`", "x"]
    assert wrapped("x 日本日本日本 y", 5) == ["x", "日本", "日本", "日本", "y"]
    assert wrapped("") == [""]


def test_headings_rows_and_places_are_as_wide() -> None:
    """Of a tour's stop, of `--rows`, and of where a thread is."""
    assert {cell_len(line) for line in heading("stop 1").split("\n")} == {where.WIDTH}
    lines = heading(f"stop 1, GET /{'日' * 60}, on the event loop").split("\n")
    assert cell_len(lines[-1]) == max(map(cell_len, lines)) == where.WIDTH
    (row,) = list_rows(view_of(event("call", 1, function=LONG * 2)))
    assert cell_len(row) in (WIDTH - 1, WIDTH)
    assert cell_len(clip("日" * 500)) < 500
