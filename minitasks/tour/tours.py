"""Tours."""

from minitasks.tour.stops import Stop

TOURS: dict[str, tuple[Stop, ...]] = {
    "in-order": (
        Stop("main", "tasks = library.", "event loop", "begin"),
        Stop("BackgroundTasks.add_task", "task = BackgroundTask", "event loop", "add"),
        Stop("BackgroundTask.__call__", "if self.is_async", "event loop", "first"),
        Stop("run_in_threadpool", "result = await", "event loop", "offload"),
        Stop("charge_card", "time.sleep", "worker thread", "in worker"),
        Stop("run_in_threadpool", "return result", "event loop", "back"),
    )
}
