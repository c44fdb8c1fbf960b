"""The caller's cart, and days set for ordering: the words below /requisitions that are no plain records."""

from starlette.responses import Response

from sandbox.coupa import reading, writing
from sandbox.coupa.actions import requisitions
from sandbox.coupa.answers import invalid
from sandbox.coupa.bodies import body_of, flat
from sandbox.coupa.call import Call
from sandbox.coupa.schema import KINDS
from sandbox.coupa.store import Record

KIND = KINDS["requisition"]
SCHEDULES = {"schedule_issuance": requisitions.schedule, "unschedule_issuance": requisitions.unschedule}
ENDPOINTS = {("GET", "current_cart"), ("POST", "add_to_cart"), *(("POST", word) for word in SCHEDULES)}


async def serve(call: Call, word: str) -> Response:
    """The cart, or an empty body where days were set."""
    if word == "current_cart":
        return reading.record(call, _cart(call))
    body = await body_of(call.request, call.format, KIND)
    editor = writing.editor_of(call)
    with call.tenant.store.transaction():
        if word in SCHEDULES:
            SCHEDULES[word](editor, flat(body))
            return Response(b"", 200)
        if not flat(body).get("requisition-lines"):
            raise invalid(KIND.model, "Requisition lines can't be blank")
        cart = _cart(call)
        editor.update(KIND, cart, {"requisition-lines": flat(body)["requisition-lines"]})
    return reading.record(call, cart)


def _cart(call: Call) -> Record:
    """The caller's cart; the first look at it makes it, without a line yet."""
    store, user = call.tenant.store, call.caller.user
    mine = [one for one in store.where("requisition", "requested-by", user) if one["status"] == "cart"]
    if mine:
        return mine[0]
    now = call.tenant.now()
    stamps = {"created-at": now, "updated-at": now, "created-by": user, "updated-by": user}
    empty = {
        "status": "cart",
        "exported": False,
        "price-hidden": False,
        "total": "0",
        "requisition-lines": [],
    }
    return store.insert(KIND.name, {**stamps, **empty, "requested-by": user})
