"""Seeds what was asked for and ordered, in every state that requisitions and orders can have."""

from sandbox.coupa.seed.base import Seeder
from sandbox.coupa.seed.orders import order_of, outside
from sandbox.coupa.seed.requests import requisition
from sandbox.coupa.store import Record

OPEN = "draft cart pending_buyer_action pending_approval pending_approval approved abandoned withdrawn"
ORDERED = "ordered ordered partially_received received"
ORDERS = "issued issued issued issued closed soft_closed cancelled buyer_hold"
OUTSIDE = """issued draft buyer_hold currency_hold supplier_hold supplier_window_hold closed cancelled error expensed
    exported issued"""


def plant(seeder: Seeder) -> None:
    """Two thirds of the requisitions were ordered, every fourth of these twice; the other orders are external."""
    requisitions, orders = seeder.scaled(120), seeder.scaled(150, 50)
    made = 0
    for number in range(1, requisitions + 1):
        if number % 3 and made + 2 <= orders:
            made += _ordered(seeder, number, 2 if number % 6 == 1 else 1)
        else:
            requisition(seeder, number, _state(OPEN, number // 3), [seeder.supplier()])
    for number in range(made, orders):
        outside(seeder, number, _state(OUTSIDE, number))


def _ordered(seeder: Seeder, number: int, suppliers: int) -> int:
    """A requisition and its orders, one per supplier; how many there are."""
    state = _state(ORDERED, number)
    chosen: list[Record] = seeder.rng.sample(seeder.active, min(suppliers, len(seeder.active)))
    made = requisition(seeder, number, state, chosen)
    for supplier in chosen:
        order_of(seeder, number, made, supplier, _state(ORDERS, number) if state == "ordered" else "issued")
    return len(chosen)


def _state(words: str, number: int) -> str:
    listed = words.split()
    return listed[number % len(listed)]
