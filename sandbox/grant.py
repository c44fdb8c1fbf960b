"""One person's consent to one client, and the file in which consents outlive the stand-in."""

import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import orjson


@dataclass
class Grant:
    """`live`: serial numbers of refresh tokens and when each of them dies, in epoch seconds."""

    id: str
    client: str
    user: int
    scopes: tuple[str, ...]
    since: float
    nonce: str = ""
    role: int = 0
    revoked: bool = False
    serial: int = 0
    live: dict[int, float] = field(default_factory=dict)


def load(path: Path) -> dict[str, Grant]:
    """The grants of the file by id; none where it is not there yet. Raises ValueError for a file of another sort."""
    if not path.exists():
        return {}
    try:
        found = [_grant(one) for one in orjson.loads(path.read_bytes())["grants"]]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} holds no consents of a stand-in; delete it or name another") from error
    return {one.id: one for one in found}


def save(path: Path, grants: Iterable[Grant]) -> None:
    """Replaces the file, mode 600, in one step."""
    text = orjson.dumps({"grants": [asdict(one) for one in grants]}, option=orjson.OPT_NON_STR_KEYS)
    draft = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(text)
    draft.replace(path)


def _grant(kept: dict[str, object]) -> Grant:
    grant = Grant(**kept)  # type: ignore[arg-type]
    grant.scopes = tuple(grant.scopes)
    grant.live = {int(serial): dies for serial, dies in grant.live.items()}
    return grant
