"""A stand-in as a child process that ends with its parent, however that ends: run as `python -m gateway.leashed`.

The parent holds the other end of standard input. When it closes it, or is killed, reading comes to an end.
"""

import importlib
import os
import sys
import threading
from collections.abc import Sequence


def main(argv: Sequence[str]) -> int:
    """`argv` is that of `python -m sandbox`."""
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    status: int = importlib.import_module("sandbox").serve(argv)
    return status


def _leave_with_parent() -> None:
    while os.read(0, 1024):
        pass
    os._exit(0)  # what a stand-in keeps, it has written by then


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
