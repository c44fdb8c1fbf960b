"""How many records a page of a list holds."""

from schemas.errors import InvalidRequest

DEFAULT_LIMIT = 50


def read_limit(text: str, most: int) -> int:
    """A caller's `limit`, cut to what the vendor gives at most. Raises InvalidRequest."""
    if not (text.isascii() and text.isdigit() and text.strip("0")):
        raise InvalidRequest.about("limit", "takes a whole number of at least 1")
    return most if len(text.lstrip("0")) > len(str(most)) else min(int(text), most)
