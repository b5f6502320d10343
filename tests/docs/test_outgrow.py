"""Outgrowing the process: what a SIGKILL loses in process, and what the queue does not lose."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.snippets import snippet
from tests.parts import need_package, need_part

pytestmark = pytest.mark.slow

REDIS = shutil.which("redis-server")
NO_REDIS = "redis-server is missing: apt-get install redis-server"


@pytest.fixture(params=["files", pytest.param("redis", marks=pytest.mark.redis)])
def shop(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """Give the shop's folder, with its queue on plain files or on a real Redis."""
    need_package("celery")
    if request.param == "files":
        yield tmp_path
        return
    need_part(REDIS, NO_REDIS)
    with (
        snippet("outgrow/processes.py") as processes,
        processes.redis(tmp_path, processes.free_port()) as address,
    ):
        monkeypatch.setenv("SHOP_REDIS", address)
        monkeypatch.setenv("SHOP_VISIBILITY_TIMEOUT", "2")
        yield tmp_path


@pytest.mark.parametrize("library", ["minitasks", "starlette"])
def test_killed_server_loses_the_tasks_in_its_memory(library: str, tmp_path: Path) -> None:
    """Tasks that wait in the process die with it, with minitasks and with Starlette."""
    need_package("celery")
    with snippet("outgrow/kill_the_server.py") as demo:
        done = demo.kill_the_server(f"in-process/{library}", tmp_path)
        assert done < set(demo.POSTED)
        assert done


def test_killed_server_loses_nothing_of_the_queue(shop: Path) -> None:
    """Every product that the queue accepted is done, though the server was killed."""
    with snippet("outgrow/kill_the_server.py") as demo:
        assert demo.kill_the_server("queue", shop) == set(demo.POSTED)


def test_worker_killed_at_work_loses_nothing(shop: Path) -> None:
    """The product that a killed worker was at is started again, and every product is done."""
    with snippet("outgrow/kill_a_worker.py") as demo:
        demo.kill_a_worker(shop)
        started = demo.products(shop, "started")
        assert set(demo.products(shop, "done")) == set(demo.POSTED)
        assert started.count("product-0") == 2
        assert len(started) >= len(demo.POSTED) + 1


def test_killed_child_of_a_worker_loses_nothing(shop: Path) -> None:
    """Where only the child process at work is killed, its worker hands the product out again."""
    with snippet("outgrow/kill_a_worker.py") as demo, snippet("outgrow/processes.py") as processes:
        demo.enqueue(shop, demo.POSTED)
        with processes.worker(shop, "one") as worker:
            processes.wait_until(lambda: demo.products(shop, "started"))
            subprocess.run(["pkill", "-KILL", "-P", str(worker.pid)], check=True)
            processes.wait_until(lambda: set(demo.products(shop, "done")) == set(demo.POSTED))
        assert len(demo.products(shop, "started")) == len(demo.POSTED) + 1


def test_failed_task_is_tried_again(shop: Path) -> None:
    """A task that raises ConnectionError waits and is tried again until the blockchain is back."""
    with snippet("outgrow/kill_a_worker.py") as demo, snippet("outgrow/processes.py") as processes:
        offline = shop / "offline"
        offline.touch()
        demo.enqueue(shop, ["book"])
        with processes.worker(shop, "one"):
            processes.wait_until(lambda: demo.products(shop, "started").count("book") >= 2)
            assert demo.products(shop, "done") == []
            offline.unlink()
            processes.wait_until(lambda: demo.products(shop, "done") == ["book"])


def test_a_task_that_kills_its_process_is_given_up(shop: Path) -> None:
    """After three starts it ends as a failure that says so, and the one behind it is done."""
    with snippet("outgrow/too_large.py") as demo:
        told = demo.kill_its_process(shop)
    assert told.startswith("too-large: 3 starts, FAILURE TooManyStarts(")
    assert told.endswith("done: product-1")


def test_a_cancelled_task_is_never_begun(shop: Path) -> None:
    """The worker that takes it puts it aside, says so to who asks, and does the one behind it."""
    with snippet("outgrow/cancel.py") as demo:
        told = demo.cancel_the_second(shop)
        assert "product-1" not in demo.products(shop, "started")
    assert told.startswith("product-0, product-2 done; product-1: REVOKED ")


@pytest.mark.redis
@pytest.mark.parametrize(
    ("options", "kept"),
    [([], 0), (["--appendonly", "yes", "--appendfsync", "always"], 10)],
    ids=["by default", "appendonly"],
)
def test_redis_forgets_unless_it_is_told_to_write(
    tmp_path: Path, options: list[str], kept: int
) -> None:
    """Ten tasks wait when Redis gets a SIGKILL; how many wait when it is back."""
    need_part(REDIS, NO_REDIS)
    redis = pytest.importorskip("redis")
    with snippet("outgrow/processes.py") as processes:
        port = processes.free_port()
        command = ["redis-server", "--port", str(port), "--dir", str(tmp_path), *options]
        for _ in range(2):
            with processes.running([*command, "--logfile", "redis.log"], tmp_path):
                processes.wait_until(lambda: processes.answers(port))
                with redis.Redis(port=port) as client:
                    waiting = client.llen("tasks")
                    client.rpush("tasks", *range(10))
        assert waiting == kept
