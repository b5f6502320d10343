"""Application: an ASGI application of one's own, found as uvicorn finds it, and served by uvicorn.

`find_application` takes `module:attribute`, or a file that holds an `app`. `serve` runs it under
uvicorn as `uvicorn module:attribute` would, with marks round each request.
"""

import ast
import contextlib
import importlib
import inspect
import logging.config
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any, Literal

import uvicorn
from uvicorn.config import LOGGING_CONFIG

from minitasks.errors import CannotRun
from minitasks.scenarios.library import in_one_line, is_own
from minitasks.scenarios.marks import mark
from minitasks.scenarios.server import Client, Marked, Server, listener

SERVERS = ("uvicorn", "gunicorn", "hypercorn", "granian", "daphne")
RUN = ("run", "run_app", "run_polling", "run_forever", "serve", "serve_forever", "main")
SERVER_ENDS = "the server ends"
BACKENDS = ("asyncio", "uvloop")

# uvicorn's own logging, but for stdout, where the picture goes.
ACCESS = {**LOGGING_CONFIG["handlers"]["access"], "stream": "ext://sys.stderr"}
LOGGING = {**LOGGING_CONFIG, "handlers": {**LOGGING_CONFIG["handlers"], "access": ACCESS}}


@dataclass(frozen=True)
class Application:
    """An ASGI application of one's own."""

    name: str  # how it was named, such as "shop.main:app"
    app: Any
    folder: Path  # where its own code is: its topmost package's folder, or else its module's file


@dataclass(frozen=True)
class Request:
    """A request to be sent."""

    method: str
    path: str  # with the query
    body: str | None = None


def kind_of(name: str) -> Literal["an application", "a program", "a scenario"]:
    """Tell what a name on the command line means."""
    if not name.endswith(".py"):
        return "an application" if ":" in name else "a scenario"
    return "an application" if holds_only_an_app(Path(name)) else "a program"


def holds_only_an_app(path: Path) -> bool:
    """Tell whether a file makes an `app` and neither serves it nor has a main part of its own."""
    tree = parsed(path)
    imported = {name.partition(".")[0] for name in imports_of(tree)}
    makes_app = any("app" in assigned(statement) for statement in tree.body)
    return makes_app and not any(map(is_main, tree.body)) and imported.isdisjoint(SERVERS)


def is_main(statement: ast.stmt) -> bool:
    """Tell whether a statement runs something when the file is run: `app.run()`, `main()`."""
    if isinstance(statement, ast.If):
        return "__main__" in ast.dump(statement.test)
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call):
        return False
    name = ast.unparse(call.func)
    return name in ("app", "client.get", "client.post") or name.rpartition(".")[2] in RUN


def has_other_processes(path: Path) -> bool:
    """Tell whether a program lets uvicorn serve in other processes: to reload, or several."""
    calls = [node for node in ast.walk(parsed(path)) if isinstance(node, ast.Call)]
    served = [call for call in calls if ast.unparse(call.func) in ("run", "uvicorn.run")]
    given = {each.arg: ast.unparse(each.value) for call in served for each in call.keywords}
    none = ("False", "None", "0", "1")
    return any(given.get(option, "None") not in none for option in ("reload", "workers"))


def parsed(path: Path) -> ast.Module:
    """Read a file; nothing is in one that is missing, or no Python: to run it will tell why."""
    try:
        return ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return ast.Module([], [])


def imports_of(tree: ast.Module) -> list[str]:
    """List the modules that a file imports."""
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.append(node.module)
    return names


def assigned(statement: ast.stmt) -> list[str]:
    """List the names that a statement assigns to; an ASGI application may be a function as well."""
    if isinstance(statement, ast.AsyncFunctionDef) and len(statement.args.args) == 3:
        return [statement.name]
    targets = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def find_application(name: str, app_dir: Path | None = None, factory: bool = False) -> Application:
    """Import an application.

    Args:
        name: `module:attribute`, as for uvicorn, or the path of a file that holds an `app`.
        app_dir: The folder to look for the module in; the current one unless given.
        factory: Whether the attribute is a function that makes the application.

    Raises:
        CannotRun: There is no such module or attribute, the import fails, or what it names is no
            ASGI application; the message says what to do.
    """
    if app_dir is not None and not app_dir.is_dir():
        raise CannotRun(f"there is no folder {app_dir} for --app-dir")
    if name.endswith(".py"):
        app_dir, module_name = module_of(Path(name).resolve())
        attribute = "app"
    else:
        module_name, _, attribute = name.partition(":")
        if not (module_name and attribute):
            raise CannotRun(f"{name} names no application: say it as in shop.main:app")
        if module_name.endswith(".py"):
            module = module_name.removesuffix(".py").replace("/", ".")
            raise CannotRun(f"{name} names a file: name its module, as in {module}:{attribute}")
    # Both as uvicorn does, before the import: an application may change its logging, and import
    # more while it runs.
    logging.config.dictConfig(LOGGING)
    sys.path.insert(0, str((app_dir or Path()).resolve()))
    module = import_module(module_name, name)
    found: Any = module
    for part in attribute.split("."):
        found = getattr(found, part, None)
    if found is None:
        raise CannotRun(f"{module_name} has no {attribute}: name it as in {module_name}:app")
    if factory:
        try:
            found = found()
        except Exception as error:
            raise CannotRun(f"the factory {name} raises: {own_line(error)}") from error
        if inspect.iscoroutine(found):
            found.close()  # or Python warns that nobody awaited it
    check_is_asgi(found, f"what the factory {name} makes" if factory else name, factory)
    return Application(name, found, folder_of(module_name))


def module_of(path: Path) -> tuple[Path, str]:
    """Tell from which folder a file is imported, and by which name, in a package or not."""
    names, folder = [path.stem], path.parent
    while (folder / "__init__.py").is_file():
        names.insert(0, folder.name)
        folder = folder.parent
    return folder, ".".join(names)


def import_module(module_name: str, name: str) -> Any:
    """Import a module of the learner's; whatever it raises is told in one line."""
    try:
        return importlib.import_module(module_name)
    except (Exception, SystemExit) as error:
        missing = error.name if isinstance(error, ModuleNotFoundError) else None
        if missing and f"{module_name}.".startswith(f"{missing}."):
            raise CannotRun(
                f"there is no module {missing}: run this where it can be imported, or say --app-dir"
            ) from error
        raise CannotRun(f"{name} raises on import: {own_line(error)}") from error


def own_line(error: BaseException) -> str:
    """Tell what an import raised, and on which line of which of the learner's files."""
    if isinstance(error, SyntaxError):
        return f"{error.filename}, {in_one_line(error, Path())}"
    files = [Path(frame.filename) for frame in traceback.extract_tb(error.__traceback__)]
    own = [file for file in files if file.is_file() and is_own(file)]
    return f"{own[-1]}, {in_one_line(error, own[-1])}" if own else in_one_line(error, Path())


def check_is_asgi(found: Any, name: str, is_made: bool) -> None:
    """Refuse what is no ASGI application."""
    if inspect.isfunction(found) and not inspect.signature(found).parameters and not is_made:
        raise CannotRun(f"{name} is a function without parameters: if it makes one, say --factory")
    # uvicorn asks the same.
    call = found if inspect.isfunction(found) else getattr(found, "__call__", None)  # noqa: B004
    if isinstance(found, type) or not inspect.iscoroutinefunction(call):
        kind = found.__name__ if isinstance(found, type) else type(found).__name__
        raise CannotRun(f"{name} is no ASGI 3 application, but a {kind}")


def folder_of(module_name: str) -> Path:
    """Find where an application's own code is: its topmost package, or a module's own folder."""
    top = sys.modules[module_name.partition(".")[0]]
    file = getattr(top, "__file__", None)
    where = Path(file) if file else Path(next(iter(top.__path__))) / "__init__.py"
    return where.resolve().parent


class MarkedServer(Server):
    """A server that leaves a mark when all is done: what is still under way is then cancelled."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        mark(SERVER_ENDS)


def serve(
    application: Application,
    requests: Sequence[Request] = (),
    host: str = "127.0.0.1",
    port: int = 0,
    backend: str = "auto",
    when_ready: Callable[[str], None] = lambda address: None,
) -> None:
    """Serve an application until Ctrl-C, or until some requests have been answered and are done.

    Args:
        application: What to serve.
        requests: What to send, each when the one before it is answered; none: until Ctrl-C.
        host: The address to listen on.
        port: The port to listen on, a free one unless given.
        backend: The event loop: "asyncio", "uvloop", or "auto": the one that uvicorn takes.
        when_ready: Called with the address when the server listens.

    Raises:
        CannotRun: The port is taken, or the application's start-up fails.
    """
    # The first call of a thread imports this, on the event loop and in the first request's time. A
    # server under way has it.
    importlib.import_module("anyio._backends._asyncio")
    with listener(host, port) as open_socket:
        name, bound = open_socket.getsockname()[:2]
        address = f"http://[{name}]:{bound}" if ":" in name else f"http://{name}:{bound}"

        def begin() -> None:
            when_ready(address)
            if requests:
                work = (address, requests, server)
                # A daemon: Ctrl-C must not wait for a client that waits for a server that is gone.
                threading.Thread(target=send_all, args=work, name="client", daemon=True).start()

        config = uvicorn.Config(Marked(application.app), loop=backend, log_config=None)
        server = MarkedServer(config, begin)
        try:
            server.run([open_socket])
        except KeyboardInterrupt:
            pass  # uvicorn has shut down, and waited for what was under way
        except SystemExit:
            if server.started:
                mark("SystemExit ends the server")
                raise
            raise CannotRun(
                f"{application.name} did not start: its lifespan failed, see above"
            ) from None


def send_all(address: str, requests: Sequence[Request], server: Server) -> None:
    """Send requests, one after another, as a client that waits for each answer; end the server."""
    try:
        for request in requests:
            # A connection of its own, as curl has.
            with contextlib.closing(Client(address, timeout=None)) as client:
                try:
                    client.request(request.method, request.path, request.body)
                except (OSError, HTTPException) as error:
                    mark(f"no answer: {type(error).__name__}")
    finally:
        server.should_exit = True
