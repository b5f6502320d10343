"""The devcontainer has what the workshop needs."""

import json

from tests.docs.pages import ROOT


def test_the_devcontainer_installs_what_the_workshop_needs() -> None:
    """It builds from the file beside it, installs the extras, and runs the workshop's doctor."""
    folder = ROOT / ".devcontainer"
    container = json.loads((folder / "devcontainer.json").read_text())
    assert (folder / container["build"]["dockerfile"]).is_file()
    install, doctor = container["postCreateCommand"].split(" && ")
    assert install == "python -m pip install -e '.[workshop,queue]'"
    assert doctor == "minitasks workshop doctor"
