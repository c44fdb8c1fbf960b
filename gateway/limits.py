"""What a caller may send, and how long it may take: the figures that the server and the gate hold callers to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Times are in seconds, sizes in bytes."""

    head_seconds: float = 10.0  # from the first sign of a request until its headers are whole
    # The request line and all headers; also what frames a body without being part of it.
    head_bytes: int = 64 * 1024
    head_fields: int = 100
    body_seconds: float = 15.0  # without a byte of a body that is waited for
    stall_seconds: float = 60.0  # without a byte of an answer being taken
    # Longer than proxies in front keep a connection (60 is usual): they must not reuse one that is just being closed.
    idle_seconds: int = 75
    linger_seconds: float = 5.0  # for a caller that is still sending to read that it was refused
    last_call_seconds: float = 0.5  # for a request that was on its way when a drain began
    drain_seconds: int = 20  # for calls in flight when the process is told to stop
    # Of callers; beyond them only probes are answered, and beyond an eighth more nobody.
    connections: int = 32_000
    pipelined: int = 16  # requests sent ahead on one connection


LIMITS = Limits()
