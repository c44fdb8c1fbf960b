"""Sums of documents as the provider keeps them: decimals in, text in the scale it was reckoned with out."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")
NOTHING = Decimal(0)


def decimal(value: Any) -> Decimal:
    """A stored amount; empty counts as nothing."""
    return Decimal(str(value)) if value not in (None, "") else NOTHING


def line_total(quantity: Any, price: Any) -> str:
    """Quantity times price in whole cents; a line without quantity is worth its price."""
    factor = Decimal(1) if quantity in (None, "") else Decimal(str(quantity))
    return str((decimal(price) * factor).quantize(CENT, ROUND_HALF_UP))


def total(values: Iterable[Any]) -> str:
    return str(sum((decimal(one) for one in values), NOTHING))


def share(amount: Any, percent: Any) -> str:
    return str((decimal(amount) * decimal(percent) / 100).quantize(CENT, ROUND_HALF_UP))
