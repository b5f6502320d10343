# feedback: your task leaves the queue when it is begun
"""A task is taken off the queue before its work: killed at it, a worker loses it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass
class Product:
    """What was ordered; the key finds it again in the database."""

    key: str
    title: str


def make_engine(folder: Path) -> Any:
    """Make the Celery application: a server makes one to hand tasks over, a worker to run them."""
    from celery import Celery

    engine = Celery("shop", broker="filesystem://")
    waiting = folder / "waiting"
    waiting.mkdir(exist_ok=True)
    engine.conf.update(
        broker_transport_options={
            "data_folder_in": str(waiting),
            "data_folder_out": str(waiting),
            "control_folder": str(folder),
        },
        task_reject_on_worker_lost=True,
    )

    @engine.task(name="register", shared=False)
    def register(key: str) -> None:
        ledger = folder / "ledger"
        if ledger.exists() and key in ledger.read_text().splitlines():
            return
        with ledger.open("a") as lines:
            lines.write(key + "\n")

    return engine


def hand_over(engine: Any, product: Product) -> None:
    """Leave the product's registration to a worker."""
    engine.tasks["register"].delay(product.key)
