"""The response layer: what expressions make of the records that are read."""

from typing import Any

import pytest

from schemas.unified import MODELS
from tests.house import House
from tests.overrides.bends import bend, bend_environment, of_contacts, save

pytestmark = pytest.mark.anyio
CONTACTS = "accounting/contacts"
UNTOUCHED = ("id", "custom_fields", "remote_data")
PART = "accounting.contacts.response"
Record = dict[str, Any]


async def one(house: House, id_: str = "1", flags: str = "") -> Record:
    answer = await house.get(f"{CONTACTS}/{id_}{flags}")
    assert answer.status_code == 200, answer.text
    record: Record = answer.json()
    return record


async def last_call(house: House) -> str:
    found: str = (await house.coupa.get("/_sandbox/log?limit=1")).json()["requests"][0]["path"]
    return found


def changed(before: Record, after: Record) -> set[str]:
    assert before.keys() == after.keys()
    return {name for name in before if before[name] != after[name]}


async def test_an_expression_replaces_just_its_field(house: House) -> None:
    before = await one(house)
    await bend(house, of_contacts(response={"tax_number": "join('/', [name, to_string(id)])"}))
    after = await one(house)
    assert changed(before, after) == {"tax_number"}
    assert after["tax_number"] == f"{before['remote_data']['name']}/1"
    listed = (await house.get(f"{CONTACTS}?limit=2")).json()["result"]
    assert [record["tax_number"] for record in listed] == [
        f"{record['remote_data']['name']}/{record['id']}" for record in listed
    ]


async def test_the_accounts_layer_wins_over_the_environments_entry_by_entry(house: House) -> None:
    await bend_environment(
        house,
        of_contacts(
            response={"tax_number": "'e'", "currency": "'EUR'", "custom_fields": {"a": "'e'", "b": "'e'"}}
        ),
    )
    assert (await one(house))["tax_number"] == "e"
    await bend(house, of_contacts(response={"tax_number": "'a'", "custom_fields": {"b": "'a'", "c": "'a'"}}))
    record = await one(house)
    assert (record["tax_number"], record["currency"]) == ("a", "EUR")
    assert {name: record["custom_fields"][name] for name in "abc"} == {"a": "e", "b": "a", "c": "a"}


async def test_null_takes_a_field_away_and_leaves_it_null(house: House) -> None:
    before = await one(house)
    name = next(iter(before["custom_fields"]))
    await bend_environment(house, of_contacts(response={"currency": "'EUR'", "tax_number": None}))
    await bend(house, of_contacts(response={"name": None, "currency": None, "custom_fields": {name: None}}))
    after = await one(house)
    assert (after["name"], after["currency"], after["tax_number"]) == (None, None, None)
    assert after["custom_fields"].keys() == before["custom_fields"].keys() - {name}


@pytest.mark.parametrize(
    ("resource", "field", "expression", "value"),
    [
        ("invoices", "total_amount", "'1234567890.12345'", 1234567890.12345),
        ("invoices", "total_amount", "'much'", None),
        ("invoices", "issue_date", "'2026-02-01T23:30:00-08:00'", "2026-02-01"),
        ("invoices", "issue_date", "'soon'", None),
        ("invoices", "created_at", "'2026-02-01T23:30:00-08:00'", "2026-02-02T07:30:00.000Z"),
        ("invoices", "memo", "`5`", "5"),
        ("invoices", "memo", "''", None),
        ("invoices", "memo", "`[]`", None),
        ("invoices", "payments", '`[1, null, "b"]`', ["1", "b"]),
        ("invoices", "contact", "{id: `7`, name: 'N', more: `1`}", {"id": "7", "name": "N", "type": None}),
        ("invoices", "contact", "{name: 'N'}", None),
        (
            "invoices",
            "tracking_categories",
            "[{option: 'x'}]",
            [{"id": None, "name": None, "option": "x", "option_id": None}],
        ),
        ("accounts", "current_balance", "`0`", 0),
        ("contacts", "emails", "[{email: 'a@b.c'}]", [{"email": "a@b.c", "type": None}]),
    ],
)
async def test_a_result_takes_its_fields_form(
    house: House, resource: str, field: str, expression: str, value: Any
) -> None:
    await bend(house, {"accounting": {resource: {"response": {field: expression}}}})
    answer = await house.get(f"accounting/{resource}?limit=1")
    assert answer.json()["result"][0][field] == value


async def test_every_field_of_every_resource_can_be_overridden_but_two(house: House) -> None:
    override: dict[str, Any] = {}
    for model in MODELS.values():
        for unified in model.resources.values():
            names = [name for name in unified.record.model_fields if name not in UNTOUCHED]
            override.setdefault(model.name, {})[unified.name] = {
                "response": dict.fromkeys(names, "missing.thing")
            }
    await bend(house, override)
    for model in MODELS.values():
        for unified in model.resources.values():
            record = (await house.get(f"{unified.key}?limit=1")).json()["result"][0]
            assert set(record) == set(unified.record.model_fields)
            assert {name for name, value in record.items() if value is not None} == {
                "id",
                "custom_fields",
                "remote_data",
            }


async def test_a_lean_call_asks_for_what_expressions_name(house: House) -> None:
    await bend(
        house,
        of_contacts(
            response={
                "tax_number": '"payment-method"',
                "custom_fields": {"terms": '"payment-term".code', "more": '"custom-fields"'},
            }
        ),
    )
    whole = (await house.get(f"{CONTACTS}?limit=50")).json()["result"]
    lean = (await house.get(f"{CONTACTS}?limit=50&truto_ignore_remote_data=true")).json()["result"]
    assert any(record["tax_number"] for record in whole)
    assert [{**record, "remote_data": 0} for record in lean] == [
        {**record, "remote_data": 0} for record in whole
    ]
    lean_call = await last_call(house)
    assert "fields=" in lean_call
    assert "payment_method" in lean_call


async def test_a_lean_call_asks_for_all_where_it_cannot_be_told_what_is_read(house: House) -> None:
    await bend(house, of_contacts(response={"custom_fields": {"size": "length(keys(@))"}}))
    whole, lean = await one(house), await one(house, flags="?truto_ignore_remote_data=true")
    assert lean == {name: value for name, value in whole.items() if name != "remote_data"}


async def test_what_a_tenant_lacks_does_not_make_every_page_be_read_twice(house: House) -> None:
    costs = []
    for override in ({}, of_contacts(response={"tax_number": '"no-such-field"', "currency": None})):
        await bend(house, override)
        await one(house)
        await house.coupa.post("/_sandbox/stats/reset")
        await house.get(f"{CONTACTS}?limit=5")
        costs.append((await house.stats())["by_path"])
    assert costs[0] == costs[1]


async def test_a_fault_gives_null_and_the_head_names_the_field(house: House) -> None:
    await bend(house, of_contacts(response={"tax_number": "length(id)", "custom_fields": {"ü": "sum(name)"}}))
    answer = await house.get(f"{CONTACTS}?limit=2")
    assert answer.status_code == 200
    assert [record["tax_number"] for record in answer.json()["result"]] == [None, None]
    assert answer.headers["koine-override-faults"] == "tax_number, custom_fields.\\xfc"
    got = await house.get(f"{CONTACTS}/1")
    assert (got.json()["tax_number"], got.headers["koine-override-faults"]) == (
        None,
        "tax_number, custom_fields.\\xfc",
    )
    await bend(house, {})
    assert "koine-override-faults" not in (await house.get(f"{CONTACTS}/1")).headers


async def test_raw_answers_stay_the_vendors(house: House) -> None:
    before = (await house.get(f"{CONTACTS}/1?truto_response_format=raw")).json()
    await bend(house, of_contacts(response={"name": "'x'"}))
    assert (await house.get(f"{CONTACTS}/1?truto_response_format=raw")).json() == before


@pytest.mark.parametrize(
    ("override", "field", "message"),
    [
        ({"crm": {}}, "crm", "is no model: there are accounting, user-directory"),
        (
            {"accounting": {"unicorns": {}}},
            "accounting.unicorns",
            "is no resource of accounting that Coupa offers",
        ),
        ({"accounting": []}, "accounting", "must be a JSON object"),
        (of_contacts(response={"id": "x"}), f"{PART}.id", "cannot be overridden"),
        (
            of_contacts(response={"remote_data": None}),
            f"{PART}.remote_data",
            "cannot be overridden",
        ),
        (
            of_contacts(response={"colour": "x"}),
            f"{PART}.colour",
            "is no field of contacts: there are name, type, status, tax_number, currency, company, emails, phones, "
            "addresses, created_at, updated_at, custom_fields",
        ),
        (
            of_contacts(response={"name": "a ||"}),
            f"{PART}.name",
            "breaks off (at character 5 of 'a ||')",
        ),
        (
            of_contacts(response={"custom_fields": {"risk": "a..b"}}),
            f"{PART}.custom_fields.risk",
            "is no JMESPath: unexpected '.' (at character 3 of 'a..b')",
        ),
        (
            of_contacts(response={"custom_fields": "x"}),
            f"{PART}.custom_fields",
            "must be a JSON object",
        ),
        (
            of_contacts(response={"name": 5}),
            f"{PART}.name",
            "must be an expression, as text, or null",
        ),
        (
            of_contacts(response=dict.fromkeys(map(str, range(101)), "x")),
            PART,
            "has more than 100 entries",
        ),
        (of_contacts(response={"name": f"'{'x' * 70_000}'"}), "", "is larger than 64 KiB"),
    ],
)
async def test_what_is_wrong_is_refused_when_it_is_saved(
    house: House, override: Any, field: str, message: str
) -> None:
    for path, body, where in (
        (
            f"/integrated-account/{house.account}",
            {"unified_model_override": override},
            "unified_model_override",
        ),
        (
            f"/environment-integration/{house.integration}",
            {"override": {"unified": override}},
            "override.unified",
        ),
    ):
        answer = await house.client.patch(path, json=body)
        place = f"{where}.{field}" if field else where
        assert answer.status_code == 400
        assert answer.json()["details"] == {
            "reason": "invalid_override",
            "failures": [{"field": place, "message": message}],
        }
        assert answer.json()["message"] == f"{place}: {message}"
    kept = await house.client.get(f"/integrated-account/{house.account}")
    assert kept.json()["unified_model_override"] == {}


async def test_all_that_is_wrong_is_named_at_once(house: House) -> None:
    answer = await save(house, of_contacts(response={"name": "a b", "id": "(", "tax_number": "ok"}, reply={}))
    failures = answer.json()["details"]["failures"]
    assert [failure["field"].rpartition(".")[2] for failure in failures] == ["name", "id", "id", "reply"]


async def test_null_and_nothing_clear_the_whole_override(house: House) -> None:
    nothings: tuple[Any, ...] = (None, {})
    for nothing in nothings:
        await bend(house, of_contacts(response={"name": "'x'"}))
        assert (await one(house))["name"] == "x"
        answer = await save(house, nothing)
        assert answer.json()["unified_model_override"] == {}
        assert (await one(house))["name"] != "x"
