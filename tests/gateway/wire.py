"""A raw socket to a server: what is sent goes out byte for byte, what comes back is read as HTTP/1.1 says."""

import json
import socket
from dataclasses import dataclass
from types import TracebackType
from typing import Any


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Wire:
    """One connection. Reading waits at most `seconds` for the next byte."""

    def __init__(self, port: int, seconds: float = 10.0) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=seconds)
        self._read = b""

    def __enter__(self) -> "Wire":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.socket.close()

    def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.socket.sendall(piece)

    def answer(self) -> Answer:
        """The next answer; one that says its length."""
        while b"\r\n\r\n" not in self._read:
            self._more()
        head, _, self._read = self._read.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        length = int(headers["content-length"])
        while len(self._read) < length:
            self._more()
        body, self._read = self._read[:length], self._read[length:]
        return Answer(int(first.split()[1]), headers, body)

    def answers(self) -> list[Answer]:
        """All there are until the server closes its side."""
        while data := self.socket.recv(65536):
            self._read += data
        found = []
        while self._read:
            found.append(self.answer())
        return found

    def ends(self) -> bool:
        """Whether nothing more comes and the server has closed its side."""
        return self._read == b"" and self.socket.recv(65536) == b""

    def _more(self) -> None:
        data = self.socket.recv(65536)
        assert data, f"the server closed its side after {self._read!r}"
        self._read += data


def get(path: bytes = b"/ping", *headers: bytes) -> bytes:
    return head(b"GET " + path, *headers)


def head(line: bytes, *headers: bytes) -> bytes:
    """The head of a request: `line` lacks its version."""
    return b"\r\n".join([line + b" HTTP/1.1", b"Host: localhost", *headers, b"", b""])
