"""The queue: Celery, on plain files by default, or on Redis where SHOP_REDIS gives its address.

A worker is a process of its own, here or on another machine. Start as many as you like, each with
its own name: `celery -A engine worker --hostname one`.
"""

import os
from typing import Any

import files
from celery import Celery, Task
from celery.exceptions import Ignore
from celery.signals import celeryd_init
from celery.states import REVOKED
from shop import FOLDER, register_to_blockchain

REDIS = os.environ.get("SHOP_REDIS")

NOTHING_IS_LOST = {
    # Acknowledge after the work, not before it: what a killed process had is handed out
    # again.
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    # A worker takes only what it can work on now; the rest waits where all see it.
    "worker_prefetch_multiplier": 1,
}

MOST_STARTS = 3


class TooManyStarts(Exception):
    """A task was begun again and again, and each time its process was killed."""


class CappedTask(Task[Any, Any]):
    """A task that is begun three times at most; a try that raises doesn't count."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.AsyncResult(self.request.id).state == REVOKED:
            raise Ignore
        if starts_of(f"{self.request.id}-{self.request.retries}") > MOST_STARTS:
            raise TooManyStarts(f"begun {MOST_STARTS} times and never ended")
        return super().__call__(*args, **kwargs)


def cancel(task_id: str) -> None:
    """Cancel a task that has not begun: the worker that takes it puts it aside."""
    engine.backend.mark_as_revoked(task_id, "cancelled before it began")


def starts_of(name: str) -> int:
    """Count a start, where a killed process can't take the number along; give how many."""
    if REDIS:
        return int(engine.backend.client.incr(f"starts-{name}"))
    file = FOLDER / "starts" / name
    file.parent.mkdir(exist_ok=True)
    with file.open("a") as starts:
        starts.write("x")
    return file.stat().st_size


engine = Celery("shop", task_cls=CappedTask)
engine.conf.update(
    NOTHING_IS_LOST, worker_enable_remote_control=False, worker_lost_wait=1
)

if REDIS:
    engine.conf.update(
        broker_url=REDIS,
        result_backend=REDIS,
        broker_transport_options={
            # In seconds. A task that was taken this long ago and not acknowledged is handed out
            # again: longer than the longest task, or that one runs twice.
            "visibility_timeout": int(
                os.environ.get("SHOP_VISIBILITY_TIMEOUT", "3600")
            ),
            # Look for such tasks every second, not every hundred.
            "unacked_restore_interval": 1,
            "unacked_restore_throttle": 1,
        },
    )
else:
    (FOLDER / "results").mkdir(parents=True, exist_ok=True)
    engine.conf.update(
        broker_url="filesystem://",
        broker_transport="files:Transport",
        result_backend=(FOLDER / "results").as_uri(),
        broker_transport_options=files.options(FOLDER),
    )

register = engine.task(
    name="register",
    autoretry_for=(ConnectionError,),
    retry_backoff=1,  # in seconds, doubled at each further try
    max_retries=5,
)(register_to_blockchain)


@celeryd_init.connect
def at_start(sender: str, conf: Any, **_: Any) -> None:
    """Begin with what the worker of this name left unfinished. Redis needs no such help."""
    if not REDIS:
        taken = files.take_back(
            FOLDER, sender, lambda task_id: engine.AsyncResult(task_id).ready()
        )
        conf.broker_transport_options["processed_folder"] = taken
