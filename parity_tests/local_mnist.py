"""What tests of the data need: where MNIST lies here, if it does, and a web server of files."""

from __future__ import annotations

import contextlib
import http.server
import os
import threading

import pytest

_FILE = "train-images-idx3-ubyte.gz"
_FOLDER = os.environ.get("KERAS_LEGACY_PORT_MNIST")
MNIST = _FOLDER if _FOLDER and os.path.isfile(os.path.join(_FOLDER, _FILE)) else None
needs_mnist = pytest.mark.skipif(MNIST is None, reason="MNIST is not here: set KERAS_LEGACY_PORT_MNIST")


@contextlib.contextmanager
def serving(files, *, missing_bytes=0):
    """A server for {name: bytes}; yields its URL. Answers stop `missing_bytes` before their end."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = files.get(self.path.lstrip("/"), b"")
            self.send_response(200 if body else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) - missing_bytes])

        def log_message(self, *_):
            """Quiet: the tests' output is no access log."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
