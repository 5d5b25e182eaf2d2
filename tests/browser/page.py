"""A page in headless Chromium that runs the test's JavaScript and posts back what comes out."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np

FLAGS = (
    "--headless",
    "--no-sandbox",  # containers run it as root
    "--enable-unsafe-webgpu",  # SwiftShader counts as unsafe
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-quic",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
KINDS = {".html": "text/html", ".js": "text/javascript", ".json": "application/json"}
SECONDS = 100


class PageError(Exception):
    """What a script in the page threw, as its text."""


class Page:
    """One page of one browser; `files` is what its server gives out, by path."""

    def __init__(self, chromium: str, folder: Path) -> None:
        self.files = {"page.html": Path(__file__).with_name("page.html").read_bytes()}
        self.jobs: queue.Queue[str] = queue.Queue()
        self.answers: queue.Queue[tuple[str, Any]] = queue.Queue()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _answering(self))
        Thread(target=self.server.serve_forever, daemon=True).start()
        self.words = folder / "chromium.txt"
        address = f"http://127.0.0.1:{self.server.server_port}/page.html"
        with self.words.open("wb") as words:
            self.process = subprocess.Popen(
                [chromium, *FLAGS, f"--user-data-dir={folder / 'profile'}", address],
                stdout=words,
                stderr=words,
                start_new_session=True,  # so that all its processes can be ended at once
            )

    def run(self, script: str) -> Any:
        """Run the body of an async function; `floats()` in it fetches the file of that name.

        Planes come back as arrays (channels, height, width), an ImageData as uint8
        (height, width, 4), anything else as JSON.

        Raises
        ------
        PageError
            If the script throws.
        """
        self.jobs.put(script)
        try:
            kind, answer = self.answers.get(timeout=SECONDS)
        except queue.Empty:
            state = "still runs" if self.process.poll() is None else "has ended"
            last = self.words.read_text("utf-8", "replace")[-2000:]
            fact = f"no answer from the page within {SECONDS} s; Chromium {state} and said:"
            raise TimeoutError(f"{fact}\n{last}") from None
        if kind == "failure":
            raise PageError(answer)
        return answer

    def close(self) -> None:
        """End the browser and all its processes, and the server."""
        for end in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, end)
                self.process.wait(5)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue
        self.server.shutdown()
        self.server.server_close()


def _answering(page: Page) -> type[BaseHTTPRequestHandler]:
    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.removeprefix("/").partition("?")[0]
            if name == "job":
                try:
                    self.give(200, page.jobs.get(timeout=5).encode())
                except queue.Empty:
                    self.give(204)
            elif name in page.files:
                kind = KINDS.get(Path(name).suffix, "application/octet-stream")
                self.give(200, page.files[name], kind)
            else:
                self.give(404)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            kind = self.path.removeprefix("/")
            page.answers.put((kind, _read(kind, body, self.headers.get("shape", ""))))
            self.give(204)

        def give(self, status: int, body: bytes = b"", kind: str = "text/plain") -> None:
            try:
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except ConnectionError:  # the browser has ended while its page asked for more
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    return Answering


def _read(kind: str, body: bytes, shape: str) -> Any:
    if kind == "failure":
        return body.decode()
    if kind == "answer":
        return json.loads(body)
    channels, height, width = map(int, shape.split())
    if len(body) == channels * height * width:
        return np.frombuffer(body, np.uint8).reshape(height, width, channels)
    return np.frombuffer(body, "<f4").reshape(channels, height, width)
