"""Grader of exercise 13: a pool that notes what comes back, a cancel at each moment."""

from types import ModuleType

import anyio
import anyio.lowlevel
import pytest

pytestmark = pytest.mark.anyio

# A safety net, never waited for by a right solution: seconds until a stuck wait is given up.
PATIENCE = 1.0


class Connection:
    """Sends at once, fails, or takes for ever."""

    def __init__(self, pool: "Pool", trouble: str) -> None:
        self.pool = pool
        self.trouble = trouble

    async def send(self, report: str) -> None:
        self.pool.events.append(f"send {report}")
        self.pool.limits.append(anyio.current_effective_deadline())
        if self.trouble == "send fails":
            raise self.pool.problem
        if self.trouble == "send takes for ever":
            await self.pool.stand_still()
        await anyio.lowlevel.checkpoint()
        self.pool.events.append("sent")


class Pool:
    """Notes what is taken and what comes back; both need a moment, as with a real server."""

    def __init__(self, trouble: str = "") -> None:
        self.trouble = trouble
        self.events: list[str] = []
        self.limits: list[float] = []
        self.patience = 0.0
        self.problem = ConnectionError("cable cut")
        self.in_trouble = anyio.Event()
        self.trouble_over = anyio.Event()
        self.connection = Connection(self, trouble)

    async def stand_still(self) -> None:
        self.in_trouble.set()
        await self.trouble_over.wait()

    async def acquire(self) -> Connection:
        self.limits.append(anyio.current_effective_deadline())
        if self.trouble == "acquire fails":
            self.events.append("acquire")
            raise self.problem
        if self.trouble == "acquire takes for ever":
            await self.stand_still()
        await anyio.lowlevel.checkpoint()
        self.events.append("acquire")
        return self.connection

    async def release(self, connection: Connection | None) -> None:
        self.events.append(
            "release" if connection is self.connection else "release what it never had"
        )
        self.patience = anyio.current_effective_deadline() - anyio.current_time()
        if self.trouble == "release fails":
            raise self.problem
        if self.trouble == "release takes for ever":
            await self.stand_still()
        for _ in range(3):
            await anyio.lowlevel.checkpoint()
        self.events.append("released")


class Outcome:
    """How a send_report ended, and what had happened by then."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.was_cancelled = False
        self.stuck = False


async def outcome_of(exercise: ModuleType, pool: Pool, cancel: bool) -> Outcome:
    """Run send_report until it is in trouble, cancel it or not, and tell how it ended."""
    outcome = Outcome()
    over = anyio.Event()
    scope = anyio.CancelScope()

    async def run() -> None:
        with scope:
            try:
                await exercise.send_report(pool, "sales")
            finally:
                outcome.events = list(pool.events)
        outcome.was_cancelled = scope.cancelled_caught
        over.set()

    async with anyio.create_task_group() as group:
        group.start_soon(run)
        with anyio.move_on_after(PATIENCE):
            await pool.in_trouble.wait()
        if cancel:
            scope.cancel()
        with anyio.move_on_after(PATIENCE) as patience:
            await over.wait()
        outcome.stuck = patience.cancelled_caught
        # Behind a shield that never ends, this alone gets the task out.
        pool.trouble_over.set()
    return outcome


async def test_gives_back(exercise: ModuleType) -> None:
    """After a report is sent, the connection goes back to the pool."""
    pool = Pool()

    await exercise.send_report(pool, "sales")
    seen = list(pool.events)

    assert seen == ["acquire", "send sales", "sent", "release", "released"], (
        f"your task did: {', '.join(seen) or 'nothing'}"
    )
    assert set(pool.limits) == {float("inf")}, (
        "your task gave sending or waiting a time limit that nobody asked for: GRACE is for giving "
        "back"
    )


async def test_gives_back_after_a_failure(exercise: ModuleType) -> None:
    """When sending fails, the connection goes back too, and the error reaches the caller."""
    pool = Pool("send fails")

    caught: BaseException | None = None
    try:
        await exercise.send_report(pool, "sales")
    except Exception as raised:
        caught = raised
    seen = list(pool.events)

    assert "released" in seen, "sending failed, and your task never gave its connection back"
    assert seen.count("release") == 1, (
        f"sending failed, and your task gave its connection back {seen.count('release')} times"
    )
    assert seen.count("send sales") == 1, (
        f"sending failed, and your task sent {seen.count('send sales')} times"
    )
    assert caught is pool.problem, (
        f"sending raised {pool.problem!r}, but your task raised {caught!r}"
        f"{', another one' if repr(caught) == repr(pool.problem) else ''}"
    )


async def test_gives_back_when_cancelled(exercise: ModuleType) -> None:
    """When it is cancelled while sending, it gives the connection back before it ends."""
    outcome = await outcome_of(exercise, Pool("send takes for ever"), cancel=True)

    assert not outcome.stuck, (
        "your task was cancelled, and went on sending: only giving back may be shielded"
    )
    assert "release" in outcome.events, (
        "your task was cancelled, and never gave its connection back"
    )
    assert outcome.events.count("release") == 1, (
        "your task was cancelled, and gave its connection back "
        f"{outcome.events.count('release')} times"
    )
    assert "released" in outcome.events, (
        "your task was cancelled, began to give its connection back, and was cut off there too"
    )


async def test_cancellation_goes_on(exercise: ModuleType) -> None:
    """The cancellation is not swallowed: whoever cancelled sees the task end by it."""
    outcome = await outcome_of(exercise, Pool("send takes for ever"), cancel=True)

    assert outcome.was_cancelled, (
        "your task was cancelled, and returned as if all were well: it swallowed the cancellation"
    )


async def test_nothing_held_nothing_released(exercise: ModuleType) -> None:
    """When it is cancelled while it waits for a connection, there is nothing to give back."""
    outcome = await outcome_of(exercise, Pool("acquire takes for ever"), cancel=True)

    assert outcome.events == [], (
        f"it never had a connection, yet your task did: {outcome.events[0]}"
    )
    assert outcome.was_cancelled, "your task was cancelled while it waited, and swallowed that"


async def test_a_limit_to_patience(exercise: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Giving back may take GRACE seconds; then the task gives up, and the shutdown goes on."""
    monkeypatch.setattr(exercise, "GRACE", 0.01)

    outcome = await outcome_of(exercise, Pool("release takes for ever"), cancel=False)

    monkeypatch.setattr(exercise, "GRACE", 1000)
    pool = Pool()
    await exercise.send_report(pool, "sales")

    assert not outcome.stuck, (
        "the pool never answered, and your task waited for it for ever: the server can't shut down"
    )
    assert not outcome.was_cancelled, "nobody cancelled your task, and still it ended by that"
    assert 900 < pool.patience <= 1000, (
        f"with GRACE = 1000 your task had {pool.patience:.0f} seconds to give its connection back"
    )


@pytest.mark.parametrize("part", ["acquire", "release"])
async def test_what_the_pool_raises_is_heard(exercise: ModuleType, part: str) -> None:
    """When taking or giving back fails, the error reaches the caller, and it is not tried again."""
    pool = Pool(f"{part} fails")

    caught: BaseException | None = None
    try:
        await exercise.send_report(pool, "sales")
    except Exception as raised:
        caught = raised

    assert caught is pool.problem, (
        f"{part} raised {pool.problem!r}, but your task raised {caught!r}"
    )
    tries = pool.events.count(part)
    assert tries == 1, f"{part} failed, and your task called it {tries} times"


async def test_the_report_is_sent_as_it_is(exercise: ModuleType) -> None:
    """What is sent is the report itself, whatever it is."""
    report = {"sales": 3}
    sent: list[object] = []

    class Noting(Connection):
        async def send(self, report: object) -> None:
            sent.append(report)

    pool = Pool()
    pool.connection = Noting(pool, "")
    await exercise.send_report(pool, report)

    assert sent[0] is report, f"the report was {report!r}, but your task sent {sent[0]!r}"
