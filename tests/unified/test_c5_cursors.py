"""C5: cursors that were altered, truncated or belong to another question are refused; ours open for ever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.cursors import Cursors, Place, binding
from schemas.errors import InvalidRequest

KEY = bytes(range(32))
BIND = binding("account-1", "accounting/contacts", [])
POSITIONS = st.one_of(st.none(), st.integers(0, 2**53), st.text(st.characters(codec="utf-8"), max_size=40))


@given(st.integers(0, 9), POSITIONS)
def test_c5_a_cursor_opens_to_the_place_it_was_made_of(source: int, after: int | str | None) -> None:
    cursor = Cursors(KEY).seal(Place(source, after), BIND)
    assert Cursors(KEY).open(cursor, BIND) == Place(source, after)
    assert cursor.startswith("k1.")
    assert cursor.isascii()


@given(st.data())
def test_c5_an_altered_cursor_is_refused(data: st.DataObject) -> None:
    cursor = Cursors(KEY).seal(Place(0, "318"), BIND)
    at = data.draw(st.integers(0, len(cursor) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda found: found != cursor[at]))
    with pytest.raises(InvalidRequest) as caught:
        Cursors(KEY).open(cursor[:at] + other + cursor[at + 1 :], BIND)
    assert caught.value.reason == "invalid_cursor"


@given(st.integers(0, 60))
def test_c5_a_truncated_or_lengthened_cursor_is_refused(cut: int) -> None:
    cursor = Cursors(KEY).seal(Place(0, "318"), BIND)
    for wrong in (cursor[: -1 - cut], cursor + "A", cursor + "=", cursor + "\n"):
        with pytest.raises(InvalidRequest):
            Cursors(KEY).open(wrong, BIND)


@pytest.mark.parametrize(
    "bind",
    [
        binding("account-2", "accounting/contacts", []),
        binding("account-1", "accounting/items", []),
        binding("account-1", "accounting/contacts", [["status", "eq", ["active"]]]),
    ],
)
def test_c5_a_cursor_of_another_question_is_refused(bind: bytes) -> None:
    cursor = Cursors(KEY).seal(Place(0, "318"), BIND)
    with pytest.raises(InvalidRequest):
        Cursors(KEY).open(cursor, bind)


def test_c5_a_megabyte_is_refused() -> None:
    with pytest.raises(InvalidRequest):
        Cursors(KEY).open("k1." + "A" * 1_000_000, BIND)


@given(st.text())
def test_c5_any_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest):
        Cursors(KEY).open(text, BIND)
