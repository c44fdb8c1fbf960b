"""What holds for any page, any query and any body."""

from collections.abc import Awaitable, Callable
from typing import Any
from xml.sax.saxutils import escape

import anyio
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.coupa import create_app
from tests.sandbox.conftest import Tenant

QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
NAMES = st.sampled_from(
    [
        "id",
        "name",
        "number",
        "status",
        "supplier[name]",
        "updated-at",
        "price",
        "primary_contact[email]",
        "order-lines[account][code]",
        "roles[id]",
    ]
)
OPERATORS = st.sampled_from(
    ["", "[gt]", "[in]", "[not_in]", "[blank]", "[contains]", "[lt_or_eq]", "[nope]", "[", "]]"]
)
VALUES = st.text(max_size=12) | st.sampled_from(["true", "2026-01-01", "1,2", "1e5", "NaN", '["id"]'])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-5, 500)
    | st.text(max_size=8)
    | st.sampled_from(["Net 30", "USD"])
)
BODIES = st.dictionaries(
    st.sampled_from(
        [
            "name",
            "status",
            "payment-term",
            "primary-address",
            "supplier-addresses",
            "contacts",
            "custom-fields",
            "po-method",
        ]
    ),
    st.recursive(
        SCALARS,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "code", "name"]), inner)
        ),
        max_leaves=6,
    ),
    max_size=6,
)
PLAIN = st.text(
    st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc", "Cn", "Co"]), min_size=1, max_size=60
)


@pytest.fixture(scope="module")
def run() -> Callable[[Callable[[Tenant], Awaitable[Any]]], Any]:
    """Runs one conversation with a stand-in that all examples share."""
    app = create_app(rate_limit=False)

    def run_(talk: Callable[[Tenant], Awaitable[Any]]) -> Any:
        async def whole() -> Any:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://s") as client:
                return await talk(Tenant(app, client))

        return anyio.run(whole)

    return run_


@QUICK
@given(offset=st.integers(0, 140), limit=st.integers(0, 80))
def test_a_page_is_a_slice_of_the_whole(run: Any, offset: int, limit: int) -> None:
    found = run(lambda tenant: tenant.ids(f"accounts?offset={offset}&limit={limit}"))
    assert found == list(range(1, 301))[offset : offset + min(limit, 50)]


@QUICK
@given(
    name=NAMES,
    operator=OPERATORS,
    value=VALUES,
    path=st.sampled_from(["suppliers", "users", "purchase_orders"]),
)
def test_any_query_gets_records_or_a_reason(
    run: Any, name: str, operator: str, value: str, path: str
) -> None:
    query = str(httpx.QueryParams({f"{name}{operator}": value}))
    answer = run(lambda tenant: tenant.get(f"{path}?{query}"))
    if answer.status_code == 200:
        assert isinstance(answer.json(), list)
    else:
        assert answer.status_code == 400
        assert list(answer.json()["errors"]) == ["query"]


@QUICK
@given(body=BODIES)
def test_any_body_makes_a_record_or_a_reason(run: Any, body: dict[str, Any]) -> None:
    answer = run(lambda tenant: tenant.call("POST", "suppliers", body))
    if answer.status_code == 201:
        path = f"suppliers/{answer.json()['id']}"
        assert run(lambda tenant: tenant.one(path)) == answer.json()
    else:
        assert answer.status_code == 400
        assert all(texts for texts in answer.json()["errors"].values())


@QUICK
@given(text=PLAIN)
def test_text_survives_both_formats(run: Any, text: str) -> None:
    body = f"<supplier><website>{escape(text)}</website></supplier>".encode()
    run(
        lambda tenant: tenant.call(
            "PUT", "suppliers/2", body, accept="application/xml", content_type="application/xml"
        )
    )
    assert run(lambda tenant: tenant.one("suppliers/2"))["website"] == (text if text.strip() else "")
    run(lambda tenant: tenant.call("PUT", "suppliers/2", {"website": text}))
    assert run(lambda tenant: tenant.one("suppliers/2"))["website"] == text
