"""Handout: its table is what an application printed; the devcontainer has what it needs."""

import json

import pytest

from tests.docs.pages import ROOT
from tests.docs.snippets import DOCS, printed


@pytest.mark.slow
def test_every_function_ran_where_the_handout_says() -> None:
    """Row by row, as a server in a process of its own printed it."""
    page = (DOCS / "pages" / "handout.md").read_text(encoding="utf-8")
    table = printed("production/where.py")
    assert table in page
    assert table.count("| event loop | no token |") >= 8


def test_the_devcontainer_installs_what_the_workshop_needs() -> None:
    """It builds from the file beside it, installs the extras, and runs the workshop's doctor."""
    folder = ROOT / ".devcontainer"
    container = json.loads((folder / "devcontainer.json").read_text())
    assert (folder / container["build"]["dockerfile"]).is_file()
    install, doctor = container["postCreateCommand"].split(" && ")
    assert install == "python -m pip install -e '.[workshop,queue]'"
    assert doctor == "minitasks workshop doctor"
