"""Applications of one's own: found as uvicorn finds them, refused in one line, served unchanged."""

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from minitasks.errors import CannotRun
from minitasks.scenarios.application import Request, find_application, kind_of, serve
from minitasks.scenarios.library import is_own
from minitasks.scenarios.marks import watching

APP = "async def app(scope, receive, send): pass\n"
HELLO = """
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        assert (await receive())["type"] == "lifespan.startup"
        {startup}
        await send({{"type": "lifespan.startup.complete"}})
        await receive()
        return await send({{"type": "lifespan.shutdown.complete"}})
    status = {{b"application/json": 201, b"application/x-www-form-urlencoded": 202}}
    kind = dict(scope["headers"]).get(b"content-type")
    await send({{"type": "http.response.start", "status": status.get(kind, 200), "headers": []}})
    await send({{"type": "http.response.body", "body": b""}})
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder to start in; modules imported from it are forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", sys.path[:])
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


def write(file: Path, text: str = APP) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (APP, True),
        ("async def app(): pass\nasyncio.run(app())\n", False),
        ("import fastapi\napp = fastapi.FastAPI()\n", True),
        ("import fastapi\napp: fastapi.FastAPI = fastapi.FastAPI()\n", True),
        ("import fastapi, uvicorn\napp = fastapi.FastAPI()\nuvicorn.run(app)\n", False),
        ("app = Bot()\nasyncio.run(app.poll())\n", False),
        ("app = web.Application()\nweb.run_app(app)\n", False),
        ("app = FastAPI()\nclient = TestClient(app)\nclient.get('/')\n", False),
        ("app = FastAPI()\napp.include_router(router)\n", True),
        ("app = FastAPI()\nstart_http_server(8000)\nclient = TestClient(app)\n", True),
        ("app = make()\nif __name__ == '__main__':\n    main()\n", False),
        ("api = make()\n", False),
        ("app = (\n", False),
    ],
)
def test_a_file_is_served_if_it_makes_an_app_and_serves_none(
    folder: Path, text: str, expected: bool
) -> None:
    """A program with a server or a main part of its own is run, not served."""
    write(folder / "shop.py", text)
    assert kind_of("shop.py") == ("an application" if expected else "a program")
    assert kind_of("shop.main:app") == "an application"
    assert kind_of("sync-task") == "a scenario"
    assert kind_of("missing.py") == "a program"


@pytest.mark.parametrize("name", ["shop.main:app", "shop/main.py", "shop.main:deep.app"])
def test_its_folder_is_that_of_its_topmost_package(folder: Path, name: str) -> None:
    """However it is named, all of its package is its own."""
    write(folder / "shop/__init__.py", "")
    write(folder / "shop/main.py", f"from . import tasks\n{APP}class deep:\n    app = app\n")
    write(folder / "shop/tasks.py", "")
    found = find_application(name)
    assert found.app.__name__ == "app"
    assert found.folder == folder / "shop"


def test_app_dir_and_factory_mean_what_they_mean_to_uvicorn(folder: Path) -> None:
    """The module is looked for in --app-dir, and with --factory the attribute is called."""
    write(folder / "src/shop.py", f"{APP}def make(): return app\n")
    found = find_application("shop:make", folder / "src", factory=True)
    assert found.app.__name__ == "app"
    assert found.folder == folder / "src"


# By what is asked for: what is in the file, and what is said.
REFUSED = {
    "shop.nothing:app": ("", "there is no module shop.nothing: run this where it can be imported"),
    "nothing:app": ("", "there is no module nothing: run this where it can be imported, or say "),
    "shop.x:nothing": ("", "shop.x has no nothing: name it as in shop.x:app"),
    "shop.x:make": ("def make(): 1", "shop.x:make is a function without parameters: if it makes "),
    "shop.x:number": ("number = 3", "shop.x:number is no ASGI 3 application, but a int"),
    "shop.x:Old": (
        "class Old:\n    def __call__(self, scope): 1",
        "shop.x:Old is no ASGI 3 application, but a Old",
    ),
    "shop.x:wsgi": ("def wsgi(env, start): 1", "shop.x:wsgi is no ASGI 3 application, but a func"),
    "shop.x:a": ("import json\n1 / 0", "x.py, line 2: ZeroDivisionError: division by zero"),
    "shop.x:b": ("import part", "x.py, line 1: ModuleNotFoundError: No module named 'part'"),
    "shop.x:c": ("app = (", "x.py, line 1: SyntaxError: '(' was never closed"),
    "shop.x:d": ("raise SystemExit(3)", "x.py, line 1: SystemExit: 3"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_served_is_told_in_one_line(folder: Path, name: str) -> None:
    """The line of the learner's file is named, and what to do."""
    text, said = REFUSED[name]
    write(folder / "shop/__init__.py", "")
    write(folder / "shop/x.py", text)
    with pytest.raises(CannotRun) as caught:
        find_application(name)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_failing_factory_names_its_line(folder: Path) -> None:
    """What a factory raises is told as what an import raises."""
    write(folder / "shop.py", "def make():\n    raise LookupError('no database')\n")
    with pytest.raises(CannotRun, match=r"shop\.py, line 2: LookupError: no database$"):
        find_application("shop:make", factory=True)


def test_installed_packages_are_not_ones_own() -> None:
    """Neither Python's library nor what pip has installed is the learner's."""
    assert not is_own(Path(socket.__file__))
    assert not is_own(Path(pytest.__file__))
    assert is_own(Path(__file__))


def test_requests_are_sent_one_by_one_and_the_server_ends(folder: Path) -> None:
    """Each is answered before the next is sent; JSON is sent as JSON, other bodies as a form."""
    write(folder / "hello.py", HELLO.format(startup=""))
    json, form = ("POST", "/c", '{"d": 1}'), ("POST", "/e", "f=1")
    requests = [Request("GET", "/a?b=1"), Request(*json), Request(*form)]
    marks: list[str] = []
    with watching(marks.append):
        serve(find_application("hello:app"), requests)
    answers = [mark for mark in marks if mark.startswith("response")]
    assert answers == [f"response {status} complete at the client" for status in (200, 201, 202)]
    arrivals = [mark for mark in marks if mark.endswith("arrives")]
    assert arrivals == ["GET /a arrives", "POST /c arrives", "POST /e arrives"]


def test_an_application_that_can_not_begin_is_told(folder: Path) -> None:
    """Its lifespan fails; or somebody else has the port, which is named."""
    fails = 'return await send({"type": "lifespan.startup.failed"})'
    write(folder / "hello.py", HELLO.format(startup=fails))
    reason = "^hello:app did not start: its lifespan failed, see above$"
    with pytest.raises(CannotRun, match=reason):
        serve(find_application("hello:app"), [Request("GET", "/")])
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(CannotRun, match=f"^port {port} on 127.0.0.1 can't be opened: "):
            serve(find_application("hello:app"), port=port)
