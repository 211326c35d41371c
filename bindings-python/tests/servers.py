"""Tiny servers for what is easier said in bytes than in faults of the sandbox."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Optional, Union

# Bytes, or several with pauses in seconds between them, or what to wait for; `None` means never, and as the last of
# several the end.
Answer = Union[bytes, "list[Union[bytes, float, Callable[[], object], None]]", None]


def answer(body: "str | bytes | dict[str, object]", status: str = "200 OK", *headers: str) -> bytes:
    """A whole HTTP answer."""
    if isinstance(body, dict):
        body = json.dumps(body)
    data = body.encode() if isinstance(body, str) else body
    head = [f"HTTP/1.1 {status}", f"content-length: {len(data)}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + data


READ = answer({"code": 0, "data": {"process_id": "7", "status": 1}})
DONE = answer({"code": 0, "msg": "success", "data": {}}, "200 OK", "x-tt-logid: LOG")

NOBODY = "http://127.0.0.1:1"
"""Where nobody listens: a free port could be given to another program meanwhile, but none is given this one."""


class Server:
    """Answers each request with what `answers` says; `None` means never. It remembers what came and what closed.

    With `ends_each` it closes a connection after one answer, without saying so in it.
    """

    def __init__(
        self,
        answers: "Callable[[bytes], Answer] | Answer",
        context: Optional[ssl.SSLContext] = None,
        *,
        ends_each: bool = False,
    ) -> None:
        self.answers = answers if callable(answers) else lambda _: answers
        self.context = context
        self.ends_each = ends_each
        self.requests: list[bytes] = []
        self.connections = 0
        self.closed = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: "type[BaseException] | BaseException | TracebackType | None") -> None:
        self.listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            while True:
                request = read_request(connection)
                if request is None:
                    break
                self.requests.append(request)
                reply = self.answers(request)
                for part in reply if isinstance(reply, list) else [reply] if reply is not None else []:
                    if part is None:
                        return
                    if isinstance(part, float):
                        time.sleep(part)
                    elif callable(part):
                        part()
                    else:
                        connection.sendall(part)
                if self.ends_each:
                    # The client notices, and closes its side.
                    connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        finally:
            connection.close()
            self.closed.set()


class Proxy:
    """An HTTP proxy for CONNECT, which may refuse."""

    def __init__(self, refusal: Optional[str] = None) -> None:
        self.refusal = refusal
        self.heads: list[str] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> "Proxy":
        return self

    def __exit__(self, *_: "type[BaseException] | BaseException | TracebackType | None") -> None:
        self.listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        head = read_request(connection)
        if head is None:
            return
        self.heads.append(head.decode())
        if self.refusal:
            connection.sendall(f"HTTP/1.1 {self.refusal}\r\ncontent-length: 0\r\n\r\n".encode())
            connection.close()
            return
        host, port = head.split()[1].decode().rsplit(":", 1)
        target = socket.create_connection((host, int(port)))
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        for source, sink in ((connection, target), (target, connection)):
            threading.Thread(target=_pump, args=(source, sink), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def read_request(connection: socket.socket) -> Optional[bytes]:
    """One request, or nothing when the client closes."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
