"""A broker that needs no server: Celery's transport on plain files, made safe against a SIGKILL.

As it comes, that transport lets a worker find half a message, and a message that a killed worker
had taken is gone. Here a message gets its name once it is whole, and a worker's taken messages
stay in a folder of its own, from which it takes back, when it is started again, what it had not
finished.
"""

import json
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kombu.transport import filesystem


class Channel(filesystem.Channel):
    """Kombu's channel, but for how a message is written."""

    def _put(self, queue: str, payload: dict[str, Any], **_: Any) -> None:
        name = f"{time.time_ns()}_{uuid.uuid4()}.{queue}.msg"
        folder = Path(self.data_folder_out)
        # A name that begins with a dot is no message to a worker. A rename is one step.
        unfinished = folder / f".{name}"
        unfinished.write_text(json.dumps(payload))
        unfinished.rename(folder / name)


class Transport(filesystem.Transport):
    """What Celery's setting `broker_transport` names."""

    Channel = Channel


def options(folder: Path) -> dict[str, Any]:
    """Make the folders, and name them as the transport wants."""
    for name in ("waiting", "taken", "control"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return {
        "data_folder_in": str(folder / "waiting"),
        "data_folder_out": str(folder / "waiting"),
        "control_folder": str(folder / "control"),
        "processed_folder": str(folder / "taken"),
        "store_processed": True,
        "polling_interval": 0.1,  # in seconds; the default is 1
    }


def take_back(folder: Path, worker: str, is_finished: Callable[[str], bool]) -> str:
    """Put back what the worker had taken and not finished when it was killed.

    Args:
        folder: The broker's folder.
        worker: The worker's name.
        is_finished: Tells, from a task's id, whether its result is there.

    Returns:
        The folder for what this worker takes from now on.
    """
    taken = folder / "taken" / worker
    taken.mkdir(exist_ok=True)
    for message in taken.iterdir():
        task_id = json.loads(message.read_bytes())["headers"]["id"]
        if is_finished(task_id):
            message.unlink()
        else:
            message.rename(folder / "waiting" / message.name)
    return str(taken)
