"""File descriptors: as many as the system lets a process have, of which callers get half and vendors the other."""

import resource
from contextlib import suppress

KEPT = 128  # for the database, the log, and what libraries open
MOST = 65_536


def claim() -> None:
    """Raises this process's limit, and that of those it starts, as far as it may itself."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST if hard == resource.RLIM_INFINITY else min(hard, MOST)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):  # some systems allow less than they say
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def for_callers() -> int:
    """How many connections of callers leave enough for all else."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST if soft == resource.RLIM_INFINITY else max(16, (soft - KEPT) // 2)
