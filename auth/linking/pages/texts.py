"""The words of the page, from one catalogue in plain JSON that a translator can work on."""

import json
from collections.abc import Mapping
from pathlib import Path

TEXTS: Mapping[str, str] = json.loads((Path(__file__).parent / "en.json").read_text(encoding="utf-8"))
LANGUAGE = "en"


def text(key: str, **values: object) -> str:
    """The words of this key with its placeholders filled; they are escaped where they are written."""
    return TEXTS[key].format(**values)
