"""launch.json: what VS Code is told."""

import json
from pathlib import Path

from minitasks.scenarios import NAMES
from minitasks.scenarios.launch_json import PACKAGE, launch_json


def test_one_configuration_asks_for_the_scenario_and_one_takes_the_open_file() -> None:
    """VS Code offers every scenario; both step through the core and the scenarios alone."""
    settings = json.loads(launch_json())
    scenario, open_file = settings["configurations"]
    assert settings["inputs"][0]["options"] == list(NAMES)
    assert scenario["args"] == ["${input:" + settings["inputs"][0]["id"] + "}"]
    assert open_file["program"] == "${file}"
    for each in (scenario, open_file):
        *included, rest = each["rules"]
        assert rest == {"path": "**/minitasks/**", "include": False}
        for rule in included:
            assert rule["include"]
            assert (PACKAGE / rule["path"].removeprefix("**/minitasks/")).is_file()


def test_the_page_shows_the_file() -> None:
    """Whoever has another folder copies what `minitasks workshop start` writes."""
    page = Path(__file__).parents[2] / "docs" / "pages" / "stepping.md"
    assert f"```json\n{launch_json()}```" in page.read_text(encoding="utf-8")
