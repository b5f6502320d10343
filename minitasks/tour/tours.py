"""Tours: for each scenario its stops, in the order in which a run reaches them.

A note is read at a prompt, in 80 columns: one to three short sentences on what the line about to
run means, then in `look` what to type or to watch for before going on.
"""

from functools import partial

from minitasks.tour.stops import Stop

on_loop, in_worker = partial(Stop, "event loop"), partial(Stop, "worker thread")

REGISTER_PRODUCT = (
    in_worker(
        "register_product",
        "save_product_to_database(product)",
        "A POST has arrived, and this is its endpoint. It is a plain `def`, so FastAPI keeps it "
        "off the event loop and calls it in a worker thread.",
        "p product, then w: beside your stack it shows what every other thread does.",
    ),
    in_worker(
        "register_product",
        "tasks.add_task(register_to_blockchain",
        "The product is saved. Now the endpoint wants two things done that the client need not "
        "wait for. This is the first add_task.",
        "p tasks.tasks is still empty. s steps into add_task, c goes to its heart.",
    ),
    in_worker(
        "BackgroundTasks.add_task",
        "task = BackgroundTask(func, *args, **kwargs)",
        "add_task does only this: it wraps the function with its arguments, and puts the result "
        "at the end of the list. It calls nothing.",
        "p func, args, kwargs",
    ),
    in_worker(
        "is_async_callable",
        "if iscoroutinefunction(target):",
        "The dispatch decision: will this function run on the event loop or in a worker thread? "
        "It is made once and from the function alone, long before anything runs.",
        "p target, then r: True, for it is an `async def`. For the second task it will be False.",
    ),
    in_worker(
        "register_product",
        'return {"registered"',
        "Two tasks wait in the list, and neither has run. What this line returns becomes the "
        "response, and FastAPI sends it first of all.",
        "p [(task.func, task.is_async) for task in tasks.tasks]",
    ),
    on_loop(
        "BackgroundTasks.__call__",
        "for task in self.tasks:",
        "The response was sent: see `meanwhile`, which also tells if the client has it already. "
        "Only now does Starlette await the list, on the event loop. One task comes after another.",
        "w: the worker thread runs nothing of yours any more; the endpoint returned long ago.",
        is_gate=True,
    ),
    on_loop(
        "BackgroundTask.__call__",
        "if self.is_async:",
        "The first task. The decision was made in add_task, and here it is only looked up.",
        "p self.func, self.is_async",
    ),
    on_loop(
        "BackgroundTask.__call__",
        "await self.func(*self.args, **self.kwargs)",
        "The async branch: call the function, await its coroutine. No thread is involved.",
        "s goes into the function, and you stay on the event loop.",
    ),
    on_loop(
        "register_to_blockchain",
        "await anyio.sleep(0.1)",
        "The async task itself. While it waits here the event loop is free for other requests; "
        "a time.sleep in its place would stop them all.",
        "n waits until it is over. (The scenario frozen-loop shows the other case.)",
    ),
    on_loop(
        "BackgroundTask.__call__",
        "await run_in_threadpool(self.func",
        "The second task is a plain `def`. Called right here it would block the event loop, so "
        "it takes the sync branch.",
        "p self.func, self.kwargs",
    ),
    on_loop(
        "run_in_threadpool",
        "result = await anyio.to_thread.run_sync(bound_call, *args)",
        "The last line on the event loop. It hands the function to a worker thread and waits "
        "without blocking.",
        "p bound_call. Then s: one press takes you to the other thread.",
    ),
    in_worker(
        "send_confirmation_email",
        "time.sleep(0.05)",
        "The sync task, in a worker thread: it may block here, for the event loop goes on "
        "without it.",
        "w shows the whole chain that waits for this function, on the event loop.",
    ),
    on_loop(
        "run_in_threadpool",
        "return result",
        "Back on the event loop: the thread is done, and `await` has brought its result along. "
        "`BackgroundTask.__call__`, which awaits this, drops it.",
        "p result, then u: there `await run_in_threadpool(...)` stands alone on its line.",
    ),
    on_loop(
        "BackgroundTasks.__call__",
        "for task in self.tasks:",
        "The list is at its end, and so is the tour. The client heard of neither task; had one "
        "raised, it would not know that either.",
        "c runs to the end.",
    ),
)

SYNC_TASK = (
    on_loop(
        "main",
        "task = library.BackgroundTask(write_report, 3, heart)",
        "A heart beats on this event loop every 20 ms: each beat is a sign that the loop is "
        "free. Here a task is made from a sync function that will block.",
        "n, then p task.is_async",
    ),
    on_loop(
        "BackgroundTask.__call__",
        "await run_in_threadpool(self.func",
        "The function is sync, so the task does not call it here.",
        "s, three times: to the line that hands it over. There p bound_call.",
    ),
    in_worker(
        "write_report",
        "heart.block_for_a_beat()",
        "The blocking function, in its worker thread. You hold this thread at a prompt, so "
        "it is blocked for as long as you read. The event loop goes on.",
        "Count to three, then n: `meanwhile` tells how often the heart beat.",
    ),
    on_loop(
        "run_in_threadpool",
        "return result",
        "The thread is done, and the coroutine goes on where it was suspended. Now the prompt "
        "is on the event loop's thread, so the heart stands still for as long as you read this.",
        "w, then c to the end.",
    ),
)

# No stop before the report has begun: the second client waits for that, and not for ever.
FROZEN_LOOP = (
    on_loop(
        "write_report",
        "second_request_sent.block()",
        "A background task: the first client's answer has been sent. It was declared with "
        "`async def`, so it was awaited right here, on the event loop. But it never awaits.",
        "w: up the stack is the async branch of BackgroundTask.",
    ),
    on_loop(
        "write_report",
        "time.sleep(0.1)",
        "This blocks the thread of the event loop. A second client has just asked for something: "
        "its request lies in the socket, and nobody reads it.",
        "w: client 2 waits. Then n: if `meanwhile` tells anything, there is no heartbeat in it.",
    ),
    on_loop(
        "list_books",
        "return JSONResponse",
        "`write_report` is over. Only now does the event loop look at the second request. As a "
        "plain `def`, the task would have run in a worker thread, and nobody would have waited.",
        "c runs to the end.",
    ),
)

IN_ORDER = (
    on_loop(
        "main",
        "tasks = library.BackgroundTasks()",
        "Four tasks, sync and async in turn, and the first takes longest. In which order will "
        "they end?",
        "n, a few times: adding calls nothing.",
    ),
    on_loop(
        "BackgroundTasks.__call__",
        "for task in self.tasks:",
        "The order comes from these two lines: a `for` and an `await`. The next task is not "
        "looked at before this one is done.",
        "p [task.func.__name__ for task in self.tasks]",
    ),
    in_worker(
        "charge_card",
        "time.sleep(0.06)",
        "The first task is sync, so it runs in a worker thread. The event loop is free, so the "
        "other tasks could begin meanwhile. They don't.",
        "w: the list is suspended at `await task()`.",
    ),
    on_loop(
        "notify_warehouse",
        "await anyio.sleep(0.04)",
        "The second task is async, so it runs on the event loop. It began only when the first had "
        "returned.",
        "n waits for it.",
    ),
    in_worker(
        "print_label",
        "time.sleep(0.02)",
        "The third task is sync again, so it runs in a worker thread. anyio keeps an idle thread "
        "for a while and uses it again.",
        "w",
    ),
    on_loop(
        "send_confirmation_email",
        "await anyio.sleep(0)",
        "The last one. If it did not need the others, a task group could have run them side by "
        "side; BackgroundTasks never does.",
        "c runs to the end.",
    ),
)

FIRST_FAILURE = (
    on_loop(
        "register_product",
        "return JSONResponse",
        "Three tasks are in the list. The response carries it along, and will be sent before "
        "any of them runs.",
        "p [task.func.__name__ for task in tasks.tasks]",
    ),
    in_worker(
        "save_thumbnail",
        "time.sleep(0.05)",
        "The first task. The 201 has been sent: see `meanwhile`.",
        "n, then n: it ends well.",
    ),
    on_loop(
        "register_to_blockchain",
        'raise ConnectionError("the blockchain',
        "The second task is about to fail. No `try` in the core catches what it raises.",
        "n, three times: the exception travels up, frame by frame, to the list. There "
        "p [task.func.__name__ for task in self.tasks]: the third will not be called.",
    ),
)

POOL_OF_TOKENS = (
    on_loop(
        "main",
        "limiter.total_tokens = TOKENS",
        "Every sync task needs a token of this limiter while it has a thread. By default there "
        "are 40; here are two, for four tasks at once.",
        "p limiter.total_tokens",
    ),
    on_loop(
        "run_in_threadpool",
        "result = await anyio.to_thread.run_sync(bound_call, *args)",
        "The first of the four asks for a thread. The token is taken inside anyio, in this call.",
        "p anyio.to_thread.current_default_thread_limiter().borrowed_tokens: 0, so far.",
    ),
    in_worker(
        "resize_image",
        "time.sleep(0.05)",
        "This image has a thread and a token, and one other image had the second token. The rest "
        "wait on the event loop, suspended, and need no thread.",
        "w: resize_image with the number of this image, and each offload that waits, with its own.",
    ),
    on_loop(
        "run_in_threadpool",
        "return result",
        "One image is done. It gave its token back, and a task that waited got it at once.",
        "w, then c to the end.",
    ),
)

CONTEXT = (
    on_loop(
        "main",
        "await library.BackgroundTask(write_audit_log)()",
        "The context variable says who is logged in: it was just set to ada. The task is sync "
        "and will run in another thread.",
        "p current_user.get()",
    ),
    in_worker(
        "write_audit_log",
        'current_user.set("auditor")',
        "Another thread, and yet the value is there: run_sync runs the function in a copy of "
        "the caller's context.",
        "p current_user.get(), n, and once more: the copy has changed.",
    ),
    on_loop(
        "main",
        'mark(f"the caller sees',
        "Back on the event loop. The thread changed its own copy, and nothing else.",
        "p current_user.get()",
    ),
    on_loop(
        "switch_user",
        'current_user.set("grace")',
        "An async task, awaited in the caller's own context. No copy is made.",
        "r, then c: the last line that begins with `meanwhile` tells what the caller sees.",
    ),
)

LOST_COROUTINE = (
    on_loop(
        "is_async_callable",
        "if iscoroutinefunction(target):",
        "`send_later` calls an async function, but is a plain `def` itself. The check sees no "
        "more than that `def`.",
        "p target, then r: False, so it belongs in a worker thread.",
    ),
    in_worker(
        "send_later",
        "return send_email(to)",
        "In the worker thread. Calling an async function runs nothing of it. The call makes a "
        "coroutine, and this line returns the coroutine.",
        "s does not go into send_email: nothing of it runs. It stops at the return.",
    ),
    on_loop(
        "is_async_callable",
        "if iscoroutinefunction(target):",
        "The coroutine is lost. trio refuses it with a TypeError, asyncio will only print a "
        "warning. The next function is async, inside a functools.partial: the check looks inside.",
        "p obj, then p target",
    ),
    on_loop(
        "send_email",
        "await anyio.sleep(0.03)",
        "At last: the async function runs, on the event loop.",
        "p to: only this email is sent. n: on asyncio, here comes the warning.",
    ),
)

CANCELLED = (
    on_loop(
        "call_slow_service",
        "await anyio.sleep(",
        "This service takes far longer than its caller allows, which is 50 ms.",
        "n: the await raises, and the task ends there.",
    ),
    on_loop(
        "time_out",
        'mark("timeout over")',
        "The time is up. The async task is gone: it could be stopped at its await.",
        "c",
    ),
    in_worker(
        "copy_file",
        "time.sleep(0.05)",
        "A sync task, and its cancel scope has been cancelled. Nothing can stop a thread from "
        "outside, so it goes on, and the scope waits.",
        "w: the coroutines wait for this thread, though they are cancelled.",
    ),
    on_loop(
        "run_in_threadpool",
        "return result",
        "The thread came to its end undisturbed. Only the next await notices "
        "that the scope was cancelled.",
        "c: send_confirmation_email, the task behind it, begins and ends there.",
    ),
    on_loop(
        "send_confirmation_email",
        "await anyio.sleep(0)",
        "The first await after the cancellation: here the cancellation arrives.",
        "n: it raises.",
    ),
)

FOUR_WAYS = (
    on_loop(
        "try_out",
        "await way(look_around",
        "Four ways to leave the event loop are tried, one after another, with the same three "
        "functions. The first way is run_in_threadpool.",
        "p way",
    ),
    in_worker(
        "look_around",
        "return int(tokens_taken), user_seen",
        "run_in_threadpool took one token from the limiter and brought the context along.",
        "p tokens_taken, user_seen",
    ),
    in_worker(
        "greet",
        "pass",
        "It passes keyword arguments on, because it binds them first. The next way, "
        "anyio.to_thread.run_sync, can't: there this function is never reached.",
        "p name",
    ),
    in_worker(
        "linger",
        "left_behind = caller_left.is_set()",
        "The caller was cancelled meanwhile. Did it wait for this thread, or leave it behind?",
        "n, then p left_behind: False, it waits.",
    ),
    in_worker(
        "look_around",
        "return int(tokens_taken), user_seen",
        "The third way, asyncio.to_thread (so on asyncio alone): it has a pool of its own and "
        "takes no token.",
        "p tokens_taken, user_seen",
        hit=2,
    ),
    in_worker(
        "look_around",
        "return int(tokens_taken), user_seen",
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
