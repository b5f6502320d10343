"""A stand-in for a slow service: it takes 0.2 s for each order."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Warehouse(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        time.sleep(0.2)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *words: object) -> None:
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Warehouse)
threading.Thread(target=server.serve_forever, daemon=True).start()
URL = f"http://127.0.0.1:{server.server_port}"
