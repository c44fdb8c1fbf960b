"""Callers must name the gateway as its settings do."""

from collections.abc import Iterator

import pytest

from gateway.gate import hosts_of
from tests.gateway.served import Served, served


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("server"), public_url="https://Koine.example.com/api") as found:
        yield found


def call(server: Served, path: bytes, host: bytes) -> tuple[int, str]:
    """Status and message."""
    with server.wire() as wire:
        wire.send(b"GET %s HTTP/1.1\r\nHost: %s\r\n\r\n" % (path, host))
        answer = wire.answer()
        return answer.status, answer.json().get("message", "")


@pytest.mark.parametrize(
    "host",
    [
        b"koine.example.com",
        b"KOINE.example.com:443",
        b"koine.example.com.",
        b"localhost:8000",
        b"127.0.0.1",
        b"[::1]:1",
    ],
)
def test_d2_our_own_names_are_answered(server: Served, host: bytes) -> None:
    assert call(server, b"/environment", host) == (401, "This API token is not known.")


@pytest.mark.parametrize(
    "host",
    [
        b"evil.example",
        b"koine.example.com.evil.example",
        b"10.0.0.1",
        b"[::2]",
        b"example.com",
        b"localhost.x",
    ],
)
def test_d2_other_names_are_refused(server: Served, host: bytes) -> None:
    assert call(server, b"/environment", host) == (
        400,
        f"This gateway is not called {host.decode()}: use its public URL, and let a proxy in front hand on the "
        "Host header.",
    )


@pytest.mark.parametrize("path", [b"/ping", b"/healthz", b"/readyz", b"/metrics"])
def test_probes_may_know_the_address_alone(server: Served, path: bytes) -> None:
    with server.wire() as wire:
        wire.send(b"GET %s HTTP/1.1\r\nHost: 10.1.2.3:8000\r\n\r\n" % path)
        assert wire.answer().status == 200


def test_without_a_public_url_any_name_will_do() -> None:
    assert hosts_of(None) is None


def test_an_address_may_be_the_public_name() -> None:
    assert hosts_of("http://[2001:db8::1]:8000") == frozenset(
        {"localhost", "127.0.0.1", "[::1]", "[2001:db8::1]"}
    )
