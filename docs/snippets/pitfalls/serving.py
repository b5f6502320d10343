"""Serving: a real uvicorn in a thread of its own, for as long as a block runs."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import uvicorn


@contextmanager
def serving(app: Any, **settings: Any) -> Iterator[httpx2.Client]:
    """Serve an application on a free loopback port; give a client that keeps its connection.

    Args:
        app: The application.
        **settings: Uvicorn's own settings.
    """
    config = uvicorn.Config(app, log_config=None, log_level="critical", **settings)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        while not server.started:
            time.sleep(0.01)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            with httpx2.Client(base_url=address, trust_env=False, timeout=10) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join()
