"""The sample exercise, and a learner's folder of it."""

from pathlib import Path

import pytest

from minitasks.workshop import catalog, folder
from minitasks.workshop.catalog import Exercise
from minitasks.workshop.folder import Workshop
from tests.workshop.sample import make_exercise


@pytest.fixture
def exercise(tmp_path: Path) -> Exercise:
    return make_exercise(tmp_path / "exercises")


@pytest.fixture
def workshop(tmp_path: Path, exercise: Exercise, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """A learner's folder, where the catalog has the sample exercise and a second like it."""
    second = make_exercise(tmp_path / "exercises", "02_again")
    monkeypatch.setattr(catalog, "exercises", lambda: (exercise, second))
    return folder.start(tmp_path / "learner")
