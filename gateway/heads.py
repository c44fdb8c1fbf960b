"""What is wrong with a request's head that parses well: what others would read differently, or what is not for us."""

import re
from collections.abc import Iterable
from typing import NoReturn

from schemas.errors import InvalidRequest

HOST = re.compile(rb"(?:[A-Za-z0-9][A-Za-z0-9._-]{0,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


def check_head(version: str, target: bytes, headers: Iterable[tuple[bytes, bytes]]) -> None:
    """Names in `headers` are in lower case. Raises InvalidRequest."""
    if version not in ("1.1", "1.0"):
        _refuse("The request must be in HTTP/1.1.")
    hosts = []
    for name, value in headers:
        if name == b"host":
            hosts.append(value)
        elif name == b"transfer-encoding" and (version == "1.0" or value.lower() != b"chunked"):
            _refuse("The only transfer encoding is chunked, in HTTP/1.1.")
        elif b"_" in name:  # what makes variables of headers takes it for a hyphen
            _refuse("A header's name must not have an underscore.")
    if len(hosts) != 1 or not HOST.fullmatch(hosts[0]):
        _refuse("The request must have one Host header that names a host.")
    if b"#" in target:
        _refuse("The request's target must not have a fragment.")
    if not target.startswith(b"/") and target != b"*":
        _check_authority(target, hosts[0])


def _check_authority(target: bytes, host: bytes) -> None:
    """Of a target that is a whole URL, as callers of a forward proxy send it."""
    authority = re.split(rb"[/?]", target.partition(b"://")[2], maxsplit=1)[0]
    if authority.lower() != host.lower():
        _refuse("The request's target must be a path, or lie on the host that its Host header names.")


def _refuse(message: str) -> NoReturn:
    raise InvalidRequest(message)
