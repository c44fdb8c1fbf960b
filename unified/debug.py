"""Debug answers: what was, or would be, asked of the vendor and what it said, without any credential."""

from typing import Any

from auth.connections import Connection
from proxy.answer import Answer, Call

HIDDEN = "••••"


def request_options(connection: Connection, call: Call) -> dict[str, Any]:
    """The call as it is sent; the credential's header shows that it is there, not what it holds."""
    header = getattr(connection.scheme, "header", "authorization")
    headers = {**dict(connection.provider.headers), **dict(call.headers), header: HIDDEN}
    options = {"method": call.verb, "headers": headers}
    return {**options, "body": call.content.body.decode(errors="replace")} if call.content else options


def debug(connection: Connection, call: Call, answer: Answer | None) -> dict[str, Any]:
    """The part that every method has; `answer` is None where nothing was sent."""
    return {
        "requestUrl": answer.url if answer else call.url(connection),
        "requestOptions": request_options(connection, call),
        "data": answer.raw(len(answer.body)) if answer else None,
        "responseHeaders": _visible(answer) if answer else None,
    }


def _visible(answer: Answer) -> dict[str, str]:
    """The vendor's headers without its cookies, and without a credential that it may echo."""
    headers = answer.headers.items()
    return {name: HIDDEN if name.lower() == "set-cookie" else answer.hide(value) for name, value in headers}
