"""The HTTP side: requests as the genuine client sends them, directly or as to a proxy, and answers to them."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from .account import Account
from .blobs import Blobs
from .faults import Faults
from .gateway import Answer, Gateway, as_answer
from .kernel_calls import KernelCalls
from .log_stream import events
from .refusals import DroppedError, RefusedError
from .runs import as_log
from .storage import Storage

_PREFIX = "/api/v1/"
_STREAM = "/api/v1/kernels/logs/stream/"
_PIECE = 1 << 16


class Server(ThreadingHTTPServer):
    """A server on 127.0.0.1 whose threads end with it, also those that wait for a client.

    Attributes:
        gateway, account, blobs, storage, kernels, faults: what answers.
        lock: held while something is changed.
        stop: set when everything is to end.
        tell: is told each request.
    """

    daemon_threads = False
    block_on_close = True
    request_queue_size = 64

    gateway: Gateway
    account: Account
    blobs: Blobs
    storage: Storage
    kernels: KernelCalls
    faults: Faults
    lock: threading.RLock
    stop: threading.Event
    tell: Callable[[str], object]

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.connections: set[socket.socket] = set()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Lost connections are part of the play; anything else is a mistake here, and is shown."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def close_connections(self) -> None:
        """Close what clients hold open."""
        for connection in list(self.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: Server

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)
        if self.server.stop.is_set():  # it came too late to be closed with the others
            self.connection.shutdown(socket.SHUT_RDWR)

    def finish(self) -> None:
        self.server.connections.discard(self.connection)
        super().finish()

    def log_message(self, format: str, *args: object) -> None:
        """Tell a request in one short line."""
        self.server.tell(
            f"{self.command} {urlsplit(self.path).path.removeprefix(_PREFIX)} {args[1] if args[1:] else ''}"
        )

    def do_POST(self) -> None:
        body = b"".join(self._body())
        with self._losing():
            method = urlsplit(self.path).path.removeprefix(_PREFIX)
            self._answer(self.server.gateway.call(method, self.headers.get("Authorization"), body))

    def do_PUT(self) -> None:
        with self._losing():
            token = urlsplit(self.path).path.removeprefix("/upload/")
            status, headers = self.server.blobs.put(token, self.headers.get("Content-Range"), self._body())
            self._answer(Answer(status, b"", headers))

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        with self._losing():
            if path.startswith(_STREAM):
                self._stream(path.removeprefix(_STREAM))
            elif path.startswith("/storage/"):
                self._send_file(path.split("/")[2])
            else:
                self._answer(as_answer(RefusedError(404, "Not found")))

    @contextlib.contextmanager
    def _losing(self) -> Iterator[None]:
        """Close the connection without another word where that is asked for."""
        try:
            yield
        except DroppedError:
            self.log_request("dropped")
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)

    def _body(self) -> Iterator[bytes]:
        """The request's body; raises ConnectionError when it ends too early."""
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            while size := int(self.rfile.readline().split(b";")[0].strip() or b"0", 16):
                yield self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return
        left = int(self.headers.get("Content-Length") or 0)
        while left:
            piece = self.rfile.read1(min(left, _PIECE))
            if not piece:
                raise ConnectionError("The client went away.")
            left -= len(piece)
            yield piece

    def _answer(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def _send_file(self, token: str) -> None:
        sent = self.server.storage.fetch(token, self.headers.get("Range"))
        self.send_response(sent.status)
        for name, value in sent.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(sent.length))
        self.end_headers()
        self.wfile.write(sent.data)
        if len(sent.data) < sent.length:
            raise DroppedError

    def _stream(self, rest: str) -> None:
        label = parse_qs(urlsplit(self.path).query).get("versionLabel", [None])[0]
        owner, _, slug = unquote(rest).partition("/")
        try:
            self.server.account.check(self.headers.get("Authorization"))
            with self.server.lock:
                run = self.server.kernels.streamed(owner, slug, label)
        except RefusedError as error:
            self._answer(as_answer(error))
            return
        if not run.active:
            self._answer(Answer(200, as_log(run).encode(), {"Content-Type": "application/json"}))
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for event in events(run, self.server.faults.strikes("log-breaks"), self.server.stop):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
        self.wfile.write(b"0\r\n\r\n")
