"""What a route takes and gives, as a value: a line of the contract."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from auth.listing import Kind

REFUSALS = (400, 401, 403, 429)
OF_ONE = (*REFUSALS, 404)
OF_BODY = (*REFUSALS, 413, 415)


@dataclass(frozen=True)
class Operation:
    """`listed`: the filters of a list of `answer`. `refusals`: statuses answered with the error envelope.

    `answer` is a model, or a media type whose bodies no schema describes; statuses in `also` have the same. `flags`
    are query parameters that are true or false, `texts` further ones. `takes_key`: an idempotency key may go along.
    """

    tag: str
    summary: str
    answer: type[BaseModel] | str
    status: int = 200
    form: type[BaseModel] | None = None
    listed: Mapping[str, Kind] | None = None
    flags: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    also: tuple[int, ...] = ()
    refusals: tuple[int, ...] = REFUSALS
    is_open: bool = False
    takes_key: bool = False
