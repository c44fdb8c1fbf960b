"""What people have consented to."""

from typing import Any


class Grants:
    """Nobody has consented to anything yet."""

    def shown(self) -> list[dict[str, Any]]:
        return []

    def revoke(self, id_: str | None = None) -> int:
        if id_:
            raise KeyError(id_)
        return 0

    def figures(self) -> dict[str, int]:
        return {"refreshed": 0, "refresh_reused": 0, "codes_reused": 0}

    def reset(self) -> None:
        return None
