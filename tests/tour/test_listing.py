"""The tours in words: what `minitasks step --list` prints."""

from pathlib import Path

from minitasks.tour.listing import list_own_stops, list_stops, list_tours
from minitasks.tour.tours import TOURS


def test_a_line_for_each_tour_and_for_each_stop_in_80_columns() -> None:
    """A tour has its number of stops; a stop what `--stop` takes, its thread, function, place."""
    tours = list(list_tours())
    assert len(tours) == len(TOURS)
    assert tours[0].startswith("register-product  14 stops  ")
    for name, stops in TOURS.items():
        lines = list(list_stops(name))
        assert [line.split()[0] for line in lines] == [str(n + 1) for n in range(len(stops))]
        assert max(map(len, lines)) <= 80


def test_a_line_for_each_stop_of_ones_own_program(tmp_path: Path) -> None:
    """Each with its line and text, cut at the terminal's width."""
    path = tmp_path / "app.py"
    path.write_text("tasks = BackgroundTasks()\ntasks.add_task(print, " + "1" * 99 + ")\n")
    first, second = list_own_stops(path)
    assert first == "app.py:1     tasks = BackgroundTasks()"
    assert second.startswith("app.py:2     tasks.add_task(print, 111")
    assert len(second) < 80
