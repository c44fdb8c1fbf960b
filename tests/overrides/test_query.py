"""The query layer: vendor parameters made of filters, and which filters are supported thereby."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.house import House
from tests.overrides.bends import bend, bend_environment, of_contacts, save

pytestmark = pytest.mark.anyio
CONTACTS = "accounting/contacts"
DRY = "truto_response_format=debug&truto_skip_api_call=true"


async def sent(house: House, path: str) -> dict[str, str]:
    """What a list would send to the vendor, without its paging."""
    answer = await house.get(f"{path}{'&' if '?' in path else '?'}{DRY}")
    assert answer.status_code == 200, answer.text
    query = dict(parse_qsl(urlsplit(answer.json()["debug"]["requestUrl"]).query))
    return {
        name: value for name, value in query.items() if name not in ("limit", "order_by", "dir", "id[gt]")
    }


async def refused(house: House, path: str, reason: str) -> str:
    answer = await house.get(path)
    assert (answer.status_code, answer.json()["details"]["reason"]) == (400, reason), answer.text
    return str(answer.json()["message"])


@pytest.mark.parametrize(
    ("parameter", "expression", "asked", "expected"),
    [
        ("payment-method", "custom_fields.method", "custom_fields[method]=invoice", "invoice"),
        ("payment-method", "custom_fields.method", "name=x", None),
        (
            "payment-method[in]",
            "custom_fields.method",
            "custom_fields[method][]=a&custom_fields[method][]=b",
            "a,b",
        ),
        ("currency-code", "currency", "currency=EUR", "EUR"),
        ("by", "updated_at.gt", "updated_at[gt]=2026-02-01", "2026-02-01T00:00:00.000Z"),
        ("mail", "emails.email", "emails[email]=a@b.c", "a@b.c"),
        ("flag", "status == 'active'", "status=active", "true"),
        ("flag", "status == 'active'", "", "false"),
        ("fixed", "`5`", "", "5"),
        ("tenant", "'one, two'", "", "one, two"),
    ],
)
async def test_a_vendor_parameter_is_made_of_the_unified_query(
    house: House, parameter: str, expression: str, asked: str, expected: str | None
) -> None:
    await bend(house, of_contacts(query={parameter: expression}))
    assert (await sent(house, f"{CONTACTS}?{asked}")).get(parameter) == expected


async def test_filters_that_an_expression_reads_are_supported_and_only_they(house: House) -> None:
    await refused(house, f"{CONTACTS}?currency=EUR", "unsupported_filter")
    await bend(house, of_contacts(query={"currency[code]": "currency"}))
    assert await sent(house, f"{CONTACTS}?currency=EUR") == {"currency[code]": "EUR"}
    known = (await house.get(f"{CONTACTS}/meta/list")).json()["query_schema"]["properties"]
    assert known["currency"] == {"type": "string"}
    await refused(house, f"{CONTACTS}?currency[]=EUR", "unsupported_filter")


async def test_an_expression_replaces_what_the_provider_says_by_the_same_parameter(house: House) -> None:
    assert await sent(house, f"{CONTACTS}?name=Acme") == {"name": "Acme"}
    await bend(house, of_contacts(query={"name": "name && join('', ['%', name])"}))
    assert await sent(house, f"{CONTACTS}?name=Acme&tax_number=5") == {"name": "%Acme", "tax-id": "5"}
    assert await sent(house, f"{CONTACTS}?tax_number=5") == {"tax-id": "5"}


async def test_a_filter_whose_parameter_is_replaced_by_something_else_is_refused(house: House) -> None:
    await bend(house, of_contacts(query={"name": "tax_number", "updated-at[gt]": "created_at.gt"}))
    assert await sent(house, f"{CONTACTS}?tax_number=5") == {"name": "5", "tax-id": "5"}
    await refused(house, f"{CONTACTS}?name=Acme", "unsupported_filter")
    await refused(house, f"{CONTACTS}?updated_at[gt]=2026-02-01", "unsupported_filter")
    assert "updated-at[gt_or_eq]" in await sent(house, f"{CONTACTS}?updated_at[gte]=2026-02-01")
    known = (await house.get(f"{CONTACTS}/meta/list")).json()["query_schema"]["properties"]
    assert "name" not in known
    assert set(known["updated_at"]["properties"]) == {"gte", "lt", "lte"}
    await bend(house, of_contacts(query={"custom-fields[a]": "name"}))
    await refused(house, f"{CONTACTS}?custom_fields[a]=x", "unsupported_filter")
    assert await sent(house, f"{CONTACTS}?custom_fields[b]=x") == {"custom-fields[b]": "x"}


async def test_null_takes_the_environments_entry_away(house: House) -> None:
    await bend_environment(house, of_contacts(query={"one": "'1'", "two": "'2'"}))
    await bend(house, of_contacts(query={"one": None}))
    assert await sent(house, CONTACTS) == {"two": "2"}


async def test_the_callers_own_vendor_parameter_wins(house: House) -> None:
    await bend(house, of_contacts(query={"one": "'1'"}))
    assert await sent(house, f"{CONTACTS}?remote_query[one]=9") == {"one": "9"}


async def test_a_list_is_narrowed_by_an_override(house: House) -> None:
    everyone = await house.all(CONTACTS)
    wanted = next(record["name"] for record in everyone)
    await bend(house, of_contacts(query={"display-name": "custom_fields.shown"}))
    found = await house.get(f"{CONTACTS}?custom_fields[shown]={wanted}")
    assert found.status_code == 200, found.text
    assert [record["name"] for record in found.json()["result"]] == [
        record["name"] for record in everyone if record["remote_data"]["display-name"] == wanted
    ]


@pytest.mark.parametrize("expression", ["{a: currency}", "length(currency)", "[currency, `null`]", "`[]`"])
async def test_what_is_no_parameter_is_an_error_and_never_a_wider_list(house: House, expression: str) -> None:
    await bend(house, of_contacts(query={"x": expression}))
    before = (await house.stats())["requests"]
    await refused(house, f"{CONTACTS}?name=a", "invalid_override")
    assert (await house.stats())["requests"] == before


@pytest.mark.parametrize(
    ("query", "place", "message"),
    [
        ({"x": "colour"}, "x", "reads colour, which is no filter of contacts: there are "),
        (
            {"x": "created_at.around"},
            "x",
            "reads created_at.around, which is no filter of contacts: there are ",
        ),
        ({"x": "custom_fields"}, "x", "reads custom_fields, which is no filter of contacts: there are "),
        ({"x": "@"}, "x", "must name the filters that it reads"),
        ({"limit": "'5'"}, "limit", "would set the vendor's paging or order"),
        ({"id[gt]": "'5'"}, "id[gt]", "would set the vendor's paging or order"),
        ({"order-by": "'5'"}, "order-by", "would set the vendor's paging or order"),
    ],
)
async def test_what_is_wrong_with_a_query_is_refused_when_it_is_saved(
    house: House, query: dict[str, Any], place: str, message: str
) -> None:
    answer = await save(house, of_contacts(query=query))
    assert answer.status_code == 400
    (failure,) = answer.json()["details"]["failures"]
    assert failure["field"] == f"unified_model_override.accounting.contacts.query.{place}"
    assert failure["message"].startswith(message)
