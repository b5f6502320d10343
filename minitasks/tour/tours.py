"""Tours: for each scenario its stops, in the order in which a run reaches them.

A note is read at a prompt, in 80 columns: one to three short sentences on what the line about to
run means, then in `look` what to type or to watch for before going on.
"""

from minitasks.tour.stops import Stop

LOOP = "event loop"
WORKER = "worker thread"

REGISTER_PRODUCT = (
    Stop(
        "register_product",
        "save_product_to_database(product)",
        WORKER,
        "A POST has arrived, and this is its endpoint. It is a plain `def`, so FastAPI keeps it "
        "off the event loop and calls it in a worker thread.",
        "p product, then w: beside your stack it shows what every other thread does.",
    ),
    Stop(
        "register_product",
        "tasks.add_task(register_to_blockchain",
        WORKER,
        "The product is saved. Now the endpoint wants two things done that the client need not "
        "wait for. This is the first add_task.",
        "p tasks.tasks is still empty. s steps into add_task, c goes to its heart.",
    ),
    Stop(
        "BackgroundTasks.add_task",
        "task = BackgroundTask(func, *args, **kwargs)",
        WORKER,
        "add_task does only this: it wraps the function with its arguments, and puts the result "
        "at the end of the list. It calls nothing.",
        "p func, args, kwargs",
    ),
    Stop(
        "is_async_callable",
        "if iscoroutinefunction(target):",
        WORKER,
        "The dispatch decision: will this function run on the event loop or in a worker thread? "
        "It is made once and from the function alone, long before anything runs.",
        "p target, then r: True, for it is an `async def`. For the second task it will be False.",
    ),
    Stop(
        "register_product",
        'return {"registered"',
        WORKER,
        "Two tasks wait in the list, and neither has run. What this line returns becomes the "
        "response, and FastAPI sends it first of all.",
        "p [(task.func, task.is_async) for task in tasks.tasks]",
    ),
    Stop(
        "BackgroundTasks.__call__",
        "for task in self.tasks:",
        LOOP,
        "The response was sent: see `meanwhile`, which also tells if the client has it already. "
        "Only now does Starlette await the list, on the event loop. One task comes after another.",
        "w: the worker thread runs nothing of yours any more; the endpoint returned long ago.",
        is_gate=True,
    ),
    Stop(
        "BackgroundTask.__call__",
        "if self.is_async:",
        LOOP,
        "The first task. The decision was made in add_task, and here it is only looked up.",
        "p self.func, self.is_async",
    ),
    Stop(
        "BackgroundTask.__call__",
        "await self.func(*self.args, **self.kwargs)",
        LOOP,
        "The async branch: call the function, await its coroutine. No thread is involved.",
        "s goes into the function, and you stay on the event loop.",
    ),
    Stop(
        "register_to_blockchain",
        "await anyio.sleep(0.1)",
        LOOP,
        "The async task itself. While it waits here the event loop is free for other requests; "
        "a time.sleep in its place would stop them all.",
        "n waits until it is over. (The scenario frozen-loop shows the other case.)",
    ),
    Stop(
        "BackgroundTask.__call__",
        "await run_in_threadpool(self.func",
        LOOP,
        "The second task is a plain `def`. Called right here it would block the event loop, so "
        "it takes the sync branch.",
        "p self.func, self.kwargs",
    ),
    Stop(
        "run_in_threadpool",
        "result = await anyio.to_thread.run_sync(bound_call, *args)",
        LOOP,
        "The last line on the event loop. It hands the function to a worker thread and waits "
        "without blocking.",
        "p bound_call. Then s: one press takes you to the other thread.",
    ),
    Stop(
        "send_confirmation_email",
        "time.sleep(0.05)",
        WORKER,
        "The sync task, in a worker thread: it may block here, for the event loop goes on "
        "without it.",
        "w shows the whole chain that waits for this function, on the event loop.",
    ),
    Stop(
        "run_in_threadpool",
        "return result",
        LOOP,
        "Back on the event loop: the thread is done, and `await` has brought its result along. "
        "`BackgroundTask.__call__`, which awaits this, drops it.",
        "p result, then u: there `await run_in_threadpool(...)` stands alone on its line.",
    ),
    Stop(
        "BackgroundTasks.__call__",
        "for task in self.tasks:",
        LOOP,
        "The list is at its end, and so is the tour. The client heard of neither task; had one "
        "raised, it would not know that either.",
        "c runs to the end.",
    ),
)

SYNC_TASK = (
    Stop(
        "main",
        "task = library.BackgroundTask(write_report, 3, heart)",
        LOOP,
        "A heart beats on this event loop every 20 ms: each beat is a sign that the loop is "
        "free. Here a task is made from a sync function that will block.",
        "n, then p task.is_async",
    ),
    Stop(
        "BackgroundTask.__call__",
        "await run_in_threadpool(self.func",
        LOOP,
        "The function is sync, so the task does not call it here.",
        "s, three times: to the line that hands it over. There p bound_call.",
    ),
    Stop(
        "write_report",
        "heart.block_for_a_beat()",
        WORKER,
        "The blocking function, in its worker thread. You hold this thread at a prompt, so "
        "it is blocked for as long as you read. The event loop goes on.",
        "Count to three, then n: `meanwhile` tells how often the heart beat.",
    ),
    Stop(
        "run_in_threadpool",
        "return result",
        LOOP,
        "The thread is done, and the coroutine goes on where it was suspended. Now the prompt "
        "is on the event loop's thread, so the heart stands still for as long as you read this.",
        "w, then c to the end.",
    ),
)

# No stop before the report has begun: the second client waits for that, and not for ever.
FROZEN_LOOP = (
    Stop(
        "write_report",
        "second_request_sent.block()",
        LOOP,
        "A background task: the first client's answer has been sent. It was declared with "
        "`async def`, so it was awaited right here, on the event loop. But it never awaits.",
        "w: up the stack is the async branch of BackgroundTask.",
    ),
    Stop(
        "write_report",
        "time.sleep(0.1)",
        LOOP,
        "This blocks the thread of the event loop. A second client has just asked for something: "
        "its request lies in the socket, and nobody reads it.",
        "w: client 2 waits. Then n: if `meanwhile` tells anything, there is no heartbeat in it.",
    ),
    Stop(
        "list_books",
        "return JSONResponse",
        LOOP,
        "`write_report` is over. Only now does the event loop look at the second request. As a "
        "plain `def`, the task would have run in a worker thread, and nobody would have waited.",
        "c runs to the end.",
    ),
)

IN_ORDER = (
    Stop(
        "main",
        "tasks = library.BackgroundTasks()",
        LOOP,
        "Four tasks, sync and async in turn, and the first takes longest. In which order will "
        "they end?",
        "n, a few times: adding calls nothing.",
    ),
    Stop(
        "BackgroundTasks.__call__",
        "for task in self.tasks:",
        LOOP,
        "The order comes from these two lines: a `for` and an `await`. The next task is not "
        "looked at before this one is done.",
        "p [task.func.__name__ for task in self.tasks]",
    ),
    Stop(
        "charge_card",
        "time.sleep(0.06)",
        WORKER,
        "The first task is sync, so it runs in a worker thread. The event loop is free, so the "
        "other tasks could begin meanwhile. They don't.",
        "w: the list is suspended at `await task()`.",
    ),
    Stop(
        "notify_warehouse",
        "await anyio.sleep(0.04)",
        LOOP,
        "The second task is async, so it runs on the event loop. It began only when the first had "
        "returned.",
        "n waits for it.",
    ),
    Stop(
        "print_label",
        "time.sleep(0.02)",
        WORKER,
        "The third task is sync again, so it runs in a worker thread. anyio keeps an idle thread "
        "for a while and uses it again.",
        "w",
    ),
    Stop(
        "send_confirmation_email",
        "await anyio.sleep(0)",
        LOOP,
        "The last one. If it did not need the others, a task group could have run them side by "
        "side; BackgroundTasks never does.",
        "c runs to the end.",
    ),
)

FIRST_FAILURE = (
    Stop(
        "register_product",
        "return JSONResponse",
        LOOP,
        "Three tasks are in the list. The response carries it along, and will be sent before "
        "any of them runs.",
        "p [task.func.__name__ for task in tasks.tasks]",
    ),
    Stop(
        "save_thumbnail",
        "time.sleep(0.05)",
        WORKER,
        "The first task. The 201 has been sent: see `meanwhile`.",
        "n, then n: it ends well.",
    ),
    Stop(
        "register_to_blockchain",
        'raise ConnectionError("the blockchain',
        LOOP,
        "The second task is about to fail. No `try` in the core catches what it raises.",
        "n, three times: the exception travels up, frame by frame, to the list. There "
        "p [task.func.__name__ for task in self.tasks]: the third will not be called.",
    ),
)

POOL_OF_TOKENS = (
    Stop(
        "main",
        "limiter.total_tokens = TOKENS",
        LOOP,
        "Every sync task needs a token of this limiter while it has a thread. By default there "
        "are 40; here are two, for four tasks at once.",
        "p limiter.total_tokens",
    ),
    Stop(
        "run_in_threadpool",
        "result = await anyio.to_thread.run_sync(bound_call, *args)",
        LOOP,
        "The first of the four asks for a thread. The token is taken inside anyio, in this call.",
        "p anyio.to_thread.current_default_thread_limiter().borrowed_tokens: 0, so far.",
    ),
    Stop(
        "resize_image",
        "time.sleep(0.05)",
        WORKER,
        "This image has a thread and a token, and one other image had the second token. The rest "
        "wait on the event loop, suspended, and need no thread.",
        "w: resize_image with the number of this image, and each offload that waits, with its own.",
    ),
    Stop(
        "run_in_threadpool",
        "return result",
        LOOP,
        "One image is done. It gave its token back, and a task that waited got it at once.",
        "w, then c to the end.",
    ),
)

CONTEXT = (
    Stop(
        "main",
        "await library.BackgroundTask(write_audit_log)()",
        LOOP,
        "The context variable says who is logged in: it was just set to ada. The task is sync "
        "and will run in another thread.",
        "p current_user.get()",
    ),
    Stop(
        "write_audit_log",
        'current_user.set("auditor")',
        WORKER,
        "Another thread, and yet the value is there: run_sync runs the function in a copy of "
        "the caller's context.",
        "p current_user.get(), n, and once more: the copy has changed.",
    ),
    Stop(
        "main",
        'mark(f"the caller sees',
        LOOP,
        "Back on the event loop. The thread changed its own copy, and nothing else.",
        "p current_user.get()",
    ),
    Stop(
        "switch_user",
        'current_user.set("grace")',
        LOOP,
        "An async task, awaited in the caller's own context. No copy is made.",
        "r, then c: the last line that begins with `meanwhile` tells what the caller sees.",
    ),
)

LOST_COROUTINE = (
    Stop(
        "is_async_callable",
        "if iscoroutinefunction(target):",
        LOOP,
        "`send_later` calls an async function, but is a plain `def` itself. The check sees no "
        "more than that `def`.",
        "p target, then r: False, so it belongs in a worker thread.",
    ),
    Stop(
        "send_later",
        "return send_email(to)",
        WORKER,
        "In the worker thread. Calling an async function runs nothing of it. The call makes a "
        "coroutine, and this line returns the coroutine.",
        "s does not go into send_email: nothing of it runs. It stops at the return.",
    ),
    Stop(
        "is_async_callable",
        "if iscoroutinefunction(target):",
        LOOP,
        "The coroutine is lost. trio refuses it with a TypeError, asyncio will only print a "
        "warning. The next function is async, inside a functools.partial: the check looks inside.",
        "p obj, then p target",
    ),
    Stop(
        "send_email",
        "await anyio.sleep(0.03)",
        LOOP,
        "At last: the async function runs, on the event loop.",
        "p to: only this email is sent. n: on asyncio, here comes the warning.",
    ),
)

CANCELLED = (
    Stop(
        "call_slow_service",
        "await anyio.sleep(",
        LOOP,
        "This service takes far longer than its caller allows, which is 50 ms.",
        "n: the await raises, and the task ends there.",
    ),
    Stop(
        "time_out",
        'mark("timeout over")',
        LOOP,
        "The time is up. The async task is gone: it could be stopped at its await.",
        "c",
    ),
    Stop(
        "copy_file",
        "time.sleep(0.05)",
        WORKER,
        "A sync task, and its cancel scope has been cancelled. Nothing can stop a thread from "
        "outside, so it goes on, and the scope waits.",
        "w: the coroutines wait for this thread, though they are cancelled.",
    ),
    Stop(
        "run_in_threadpool",
        "return result",
        LOOP,
        "The thread came to its end undisturbed. Only the next await notices "
        "that the scope was cancelled.",
        "c: send_confirmation_email, the task behind it, begins and ends there.",
    ),
    Stop(
        "send_confirmation_email",
        "await anyio.sleep(0)",
        LOOP,
        "The first await after the cancellation: here the cancellation arrives.",
        "n: it raises.",
    ),
)

FOUR_WAYS = (
    Stop(
        "try_out",
        "await way(look_around",
        LOOP,
        "Four ways to leave the event loop are tried, one after another, with the same three "
        "functions. The first way is run_in_threadpool.",
        "p way",
    ),
    Stop(
        "look_around",
        "return int(tokens_taken), user_seen",
        WORKER,
        "run_in_threadpool took one token from the limiter and brought the context along.",
        "p tokens_taken, user_seen",
    ),
    Stop(
        "greet",
        "pass",
        WORKER,
        "It passes keyword arguments on, because it binds them first. The next way, "
        "anyio.to_thread.run_sync, can't: there this function is never reached.",
        "p name",
    ),
    Stop(
        "linger",
        "left_behind = caller_left.is_set()",
        WORKER,
        "The caller was cancelled meanwhile. Did it wait for this thread, or leave it behind?",
        "n, then p left_behind: False, it waits.",
    ),
    Stop(
        "look_around",
        "return int(tokens_taken), user_seen",
        WORKER,
        "The third way, asyncio.to_thread (so on asyncio alone): it has a pool of its own and "
        "takes no token.",
        "p tokens_taken, user_seen",
        hit=2,
    ),
    Stop(
        "look_around",
        "return int(tokens_taken), user_seen",
        WORKER,
        "The fourth, a ThreadPoolExecutor: no token, and no context either.",
        "p tokens_taken, user_seen",
    ),
)

TOURS: dict[str, tuple[Stop, ...]] = {
    "register-product": REGISTER_PRODUCT,
    "sync-task": SYNC_TASK,
    "frozen-loop": FROZEN_LOOP,
    "in-order": IN_ORDER,
    "first-failure": FIRST_FAILURE,
    "pool-of-tokens": POOL_OF_TOKENS,
    "context": CONTEXT,
    "lost-coroutine": LOST_COROUTINE,
    "cancelled": CANCELLED,
    "four-ways": FOUR_WAYS,
}
