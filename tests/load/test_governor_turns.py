"""Who waits for a vendor gets on by turns: the urgent first, no account pushed aside by another, nobody for ever."""

import asyncio
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.provider import Limits
from proxy.gate import Gate
from proxy.turns import PATIENT_SHARE, Permit, Turns, Urgency, Waiter

pytestmark = pytest.mark.anyio

CALLS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(Urgency)), max_size=40)


def waiter(account: str, urgency: Urgency) -> Waiter:
    return Waiter(asyncio.get_running_loop().create_future(), 0.0, None, account, urgency)


@given(calls=CALLS)
async def test_everybody_has_a_turn_in_the_order_of_their_accounts_arrival(
    calls: list[tuple[str, Urgency]],
) -> None:
    turns, joined = Turns(), [waiter(*call) for call in calls]
    for each in joined:
        turns.join(each)
    assert len(turns) == len(calls)
    gone = []
    while head := turns.head():
        assert turns.pop() is head
        gone.append(head)
    assert len(gone) == len(calls)
    for account, urgency in set(calls):
        same = [each for each in gone if (each.account, each.urgency) == (account, urgency)]
        assert same == [each for each in joined if (each.account, each.urgency) == (account, urgency)]


@given(calls=CALLS, leaving=st.sets(st.integers(0, 39)))
async def test_those_who_leave_are_not_waited_for(
    calls: list[tuple[str, Urgency]], leaving: set[int]
) -> None:
    turns, joined = Turns(), [waiter(*call) for call in calls]
    for each in joined:
        turns.join(each)
    left = [joined[place] for place in leaving if place < len(joined)]
    assert all(turns.remove(each) for each in left)
    assert not any(turns.remove(each) for each in left)
    assert set(turns.disband()) == set(joined) - set(left)
    assert (len(turns), turns.head()) == (0, None)


@given(
    calls=CALLS, account=st.sampled_from("abcd"), urgency=st.sampled_from([Urgency.SENT_BACK, Urgency.PROMPT])
)
async def test_no_more_go_before_a_call_than_are_counted(
    calls: list[tuple[str, Urgency]], account: str, urgency: Urgency
) -> None:
    """But for the patient, of whom every so many-th turn is."""
    turns, last = Turns(), waiter(account, urgency)
    for call in calls:
        turns.join(waiter(*call))
    counted = turns.before(account, urgency)
    turns.join(last)
    gone = list(turns.disband())
    before = gone[: gone.index(last)]
    assert sum(each.urgency is not Urgency.PATIENT for each in before) <= counted


async def test_an_account_with_many_calls_does_not_push_another_aside() -> None:
    turns = Turns()
    for _ in range(50):
        turns.join(waiter("busy", Urgency.PROMPT))
    turns.join(waiter("quiet", Urgency.PROMPT))
    assert turns.before("quiet", Urgency.PROMPT) == 3
    assert [turns.pop().account for _ in range(3)] == ["busy", "quiet", "busy"]


async def test_crawls_give_way_and_still_get_on() -> None:
    turns = Turns()
    for _ in range(20):
        turns.join(waiter("one", Urgency.PATIENT))
        turns.join(waiter("one", Urgency.PROMPT))
    gone = [turns.pop().urgency for _ in range(20)]
    assert Counter(gone) == {Urgency.PROMPT: 20 - 20 // PATIENT_SHARE, Urgency.PATIENT: 20 // PATIENT_SHARE}


async def test_accounts_on_one_instance_take_turns_at_its_gate() -> None:
    gate, limits, gone = Gate(), Limits(concurrency=1), []

    async def call(account: str) -> None:
        permit = await gate.enter(limits, 5.0, account)
        gone.append(account)
        await asyncio.sleep(0)
        permit.close()

    await asyncio.gather(*(call("busy") for _ in range(6)), *(call("quiet") for _ in range(2)))
    assert "".join(name[0] for name in gone) == "bbqbqbbb"


def test_a_permit_counts_once_however_often_it_is_closed() -> None:
    closed = []
    permit = Permit(lambda: closed.append(1))
    permit.close()
    permit.close()
    assert closed == [1]
