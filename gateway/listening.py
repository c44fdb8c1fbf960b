"""Sockets to listen on, refused in words."""

import os
import socket

from gateway.failure import CommandFailed

BACKLOG = 2048


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises CommandFailed."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else error
        raise CommandFailed(
            f"Port {port} of {host} can't be used ({why}): choose another with --port, or 0 for any free one."
        ) from None
