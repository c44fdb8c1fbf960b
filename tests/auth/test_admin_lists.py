"""Admin lists: filters, pages, and what is refused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.listing import TEXT, pick, read_parameters
from auth.moments import read_moment, show_moment
from tests.auth.world import World

pytestmark = pytest.mark.anyio


async def ids(world: World, query: str) -> list[str]:
    answer = await world.client.get(f"/integrated-account?{query}")
    assert answer.status_code == 200, answer.text
    assert answer.json()["next_cursor"] is None
    return [each["id"] for each in answer.json()["result"]]


async def three(world: World) -> list[dict[str, Any]]:
    """The second is blocked, the third failed its check."""
    accounts = [await world.link(tenant_id=f"t{number}", validate=False) for number in (1, 2)]
    path = f"/integrated-account/{accounts[1]['id']}"
    accounts[1] = (await world.client.patch(path, json={"is_blocked": True})).json()
    context = {"host": "blue.acme.example", "client_id": "me", "client_secret": "wrong"}
    return [*accounts, await world.link(tenant_id="t,3", context=context)]


async def test_accounts_are_filtered_by_everything_the_contract_names(either: World) -> None:
    accounts = await three(either)
    one, two, three_ = (each["id"] for each in accounts)
    everything = [one, two, three_]
    await either.link(either.foreign)
    moment = accounts[1]["created_at"]
    assert await ids(either, "") == everything
    assert await ids(either, f"id={two}") == [two]
    assert await ids(either, f"id[in]={two},{one}") == [one, two]
    assert await ids(either, "tenant_id=t1") == [one]
    assert await ids(either, "tenant_id[eq]=t%2C3") == [three_]
    assert await ids(either, "tenant_id[in][]=t,3&tenant_id[in][]=t1") == [one, three_]
    assert await ids(either, "tenant_id[in][0]=t,3&tenant_id[in][1]=t1") == [one, three_]
    assert await ids(either, "status=active&is_blocked=false") == [one]
    assert await ids(either, "status[in]=validation_error,needs_reauth") == [three_]
    assert await ids(either, "is_blocked=1") == [two]
    assert await ids(either, "is_sandbox=true") == []
    assert await ids(either, "integration.name=acme") == everything
    assert await ids(either, "integration.name=other") == []
    assert await ids(either, f"created_at={moment}") == [two]
    assert await ids(either, f"created_at%5Bgt%5D={moment}") == [three_]
    assert await ids(either, f"created_at[gte]={moment}") == [two, three_]
    assert await ids(either, f"created_at[lt]={moment}") == [one]
    assert await ids(either, f"created_at[gt]=2020-01-01&created_at[lte]={moment}") == [one, two]
    assert await ids(either, f"updated_at[gt]={accounts[2]['created_at']}") == [three_]


async def test_a_list_goes_on_where_its_cursor_points(either: World) -> None:
    accounts = [(await either.link(validate=False))["id"] for _ in range(5)]
    seen, cursor, sizes = [], "", []
    while cursor is not None:
        answer = (await either.client.get(f"/integrated-account?limit=2&next_cursor={cursor}")).json()
        assert answer["limit"] == 2
        seen += [each["id"] for each in answer["result"]]
        sizes.append(len(answer["result"]))
        cursor = answer["next_cursor"]
    assert (seen, sizes) == (accounts, [2, 2, 1])


@pytest.mark.parametrize(
    ("query", "failures"),
    [
        ("colour=red", [{"field": "colour", "message": "is no filter here"}]),
        ("tenant_id[gt]=a", [{"field": "tenant_id[gt]", "message": "knows the operators eq, in"}]),
        ("tenant_id[like]=a", [{"field": "tenant_id[like]", "message": "knows the operators eq, in"}]),
        ("is_blocked=maybe", [{"field": "is_blocked", "message": "must be true or false"}]),
        ("tenant_id=", [{"field": "tenant_id", "message": "is empty"}]),
        ("tenant_id=%00", [{"field": "tenant_id", "message": "must be printable text"}]),
        ("tenant_id=a&tenant_id=b", [{"field": "tenant_id", "message": "is given more than once"}]),
        ("limit=0", [{"field": "limit", "message": "must be a whole number above 0"}]),
        (
            "limit=-1&x=1",
            [
                {"field": "limit", "message": "must be a whole number above 0"},
                {"field": "x", "message": "is no filter here"},
            ],
        ),
        (
            "created_at[gt]=soon",
            [
                {
                    "field": "created_at",
                    "message": "must be a date or an RFC 3339 time, such as 2026-02-01T08:00:00.000Z",
                }
            ],
        ),
        ("created_at=2026-02-30", [{"field": "created_at", "message": "is no time that exists"}]),
    ],
)
async def test_filters_that_mean_nothing_here_are_refused(
    world: World, query: str, failures: list[dict[str, str]]
) -> None:
    answer = await world.client.get(f"/integrated-account?{query}")
    known = [
        "id",
        "tenant_id",
        "status",
        "is_sandbox",
        "is_blocked",
        "integration.name",
        "created_at",
        "updated_at",
    ]
    assert (answer.status_code, answer.json()) == (
        400,
        {
            "statusCode": 400,
            "message": f"Filters are refused. Known here: {', '.join(known)}.",
            "details": {"reason": "invalid_request", "failures": failures, "supported_filters": known},
        },
    )


async def test_c5_a_cursor_that_was_not_handed_out_is_refused(either: World) -> None:
    for cursor in ("x", "a" * 10_000, "%00", "MjAyNi0wMi0zMC94", "MjAyNi0wMi0wMS8A", "Lw==", "é"):
        answer = await either.client.get(f"/integrated-account?next_cursor={cursor}")
        assert answer.status_code == 400
        assert answer.json()["details"] == {"reason": "invalid_cursor"}


BUILT_IN = ("/integration", "/category", "/unified-model", "/environment-unified-model")


@pytest.mark.parametrize("path", [*BUILT_IN, "/environment"])
async def test_c5_lists_that_are_never_long_refuse_such_a_cursor_too(world: World, path: str) -> None:
    for cursor in ("abc", "%00", "a" * 10_000):
        answer = await world.client.get(f"{path}?next_cursor={cursor}")
        assert (answer.status_code, answer.json()) == (
            400,
            {
                "statusCode": 400,
                "message": "next_cursor is not one that was handed out.",
                "details": {"reason": "invalid_cursor"},
            },
        )


@given(
    values=st.lists(
        st.fixed_dictionaries({"name": st.uuids().map(str), "kind": st.sampled_from(["a", "b"])}),
        max_size=8,
        unique_by=lambda value: str(value["name"]),
    ),
    limit=st.integers(1, 4),
    query=st.sampled_from([[], [("kind", "a")]]),
)
def test_what_is_built_in_comes_in_pages_without_gap_or_repeat(
    values: list[dict[str, str]], limit: int, query: list[tuple[str, str]]
) -> None:
    pages, cursor = [], ""
    while cursor is not None:
        asked = [*query, ("limit", str(limit)), ("next_cursor", cursor)]
        found = pick(values, read_parameters(asked, {"kind": TEXT}))
        pages.append(found["result"])
        cursor = found["next_cursor"]
    met = [value for value in values if not query or value["kind"] == "a"]
    assert [value for page in pages for value in page] == met
    assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1)
    assert pages[-1] or not met


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-02-01", "2026-02-01T00:00:00.000Z"),
        ("2026-02-01T08:00:00.000Z", "2026-02-01T08:00:00.000Z"),
        ("2026-02-01t08:00:00z", "2026-02-01T08:00:00.000Z"),
        ("2026-02-01T08:00", "2026-02-01T08:00:00.000Z"),
        ("2026-02-01 08:00:00", "2026-02-01T08:00:00.000Z"),
        ("2026-02-01T08:00:00 05:30", "2026-02-01T02:30:00.000Z"),
        ("2026-02-01T08:00:00-05:30", "2026-02-01T13:30:00.000Z"),
        ("2026-02-01T08:00:00.123456789Z", "2026-02-01T08:00:00.123Z"),
    ],
)
def test_times_are_read_as_people_write_them(text: str, shown: str) -> None:
    assert show_moment(read_moment(text)) == shown


@pytest.mark.parametrize(
    "text", ["", "now", "1", "2026-13-01", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-01:00"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"must be a date|is no time"):
        read_moment(text)


@given(st.datetimes())
def test_a_time_that_was_shown_is_read_as_the_same(moment: Any) -> None:
    shown = show_moment(read_moment(moment.isoformat(timespec="milliseconds")))
    assert shown is not None
    assert show_moment(read_moment(shown)) == shown
