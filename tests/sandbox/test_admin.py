"""The stand-in's own page: what it shows, and what its buttons do."""

import httpx
import pytest

from tests.sandbox.conftest import JSON, Opened, Tenant
from tests.sandbox.consenting import Visitor

pytestmark = pytest.mark.anyio

SEE_OTHER = (303, "/_sandbox")


async def press(tenant: Tenant, **form: str) -> tuple[int, str | None]:
    answer = await tenant.client.post("/_sandbox", data=form)
    return answer.status_code, answer.headers.get("location")


async def shown(tenant: Tenant) -> str:
    answer = await tenant.client.get("/_sandbox")
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    return answer.text


async def test_it_shows_figures_and_the_last_requests_without_secrets(tenant: Tenant) -> None:
    await tenant.get("departments?name=%3Cscript%3E")
    secret = tenant.credentials["client_secret"]
    await tenant.client.post("/oauth2/token", params={"client_secret": secret})
    text = await shown(tenant)
    assert "<dt>requests</dt><dd>2</dd>" in text
    assert "/api/departments?name=%3Cscript%3E" in text
    assert secret not in text
    assert "None: it behaves." in text


async def test_a_fault_is_set_and_cleared_by_hand(tenant: Tenant) -> None:
    form = {
        "kind": "503",
        "path": "/api/roles",
        "method": "GET",
        "count": "2",
        "retry_after": "",
        "delay": "",
    }
    assert await press(tenant, deed="fault", **form) == SEE_OTHER
    answer = await tenant.get("roles")
    assert answer.status_code == 503
    assert "<strong>503</strong></td><td><code>GET /api/roles</code></td><td>1</td>" in await shown(tenant)
    assert await press(tenant, deed="clear") == SEE_OTHER
    assert (await tenant.get("roles")).status_code == 200


async def test_tokens_expire_and_the_client_is_revoked_at_the_press_of_a_button(tenant: Tenant) -> None:
    headers = await tenant.bearer()
    assert await press(tenant, deed="fault", kind="expire_tokens") == SEE_OTHER
    assert (await tenant.client.get("/api/roles", headers=headers)).status_code == 401
    assert await press(tenant, deed="fault", kind="revoke_client") == SEE_OTHER
    assert (await tenant.token()).json()["error"] == "invalid_client"


async def test_a_consent_is_revoked(tenant: Tenant) -> None:
    visitor = Visitor(tenant)
    token = (await visitor.granted())["access_token"]
    grant = (await tenant.client.get("/_sandbox/grants")).json()["grants"][0]["id"]
    assert f'name="grant" value="{grant}"' in await shown(tenant)
    assert await press(tenant, deed="revoke", grant=grant) == SEE_OTHER
    assert not await visitor.works(token)
    assert "<td>revoked</td>" in await shown(tenant)


async def test_the_clock_is_advanced_and_the_figures_are_forgotten(tenant: Tenant) -> None:
    headers = await tenant.bearer()
    assert await press(tenant, deed="advance", seconds="86400") == SEE_OTHER
    assert (await tenant.client.get("/api/roles", headers=headers)).status_code == 401
    assert await press(tenant, deed="reset") == SEE_OTHER
    assert "<dt>requests</dt><dd>0</dd>" in await shown(tenant)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ({"deed": "fault", "kind": "<b>"}, "unknown kind &lt;b&gt;"),
        ({"deed": "fault", "kind": "503", "count": "two"}, "count is a number, not two"),
        ({"deed": "advance", "seconds": ""}, "seconds is a number, not"),
        ({"deed": "revoke", "grant": "nobody"}, "That is not there any more."),
        ({"deed": "dance"}, "That is not there any more."),
    ],
)
async def test_what_a_form_gets_wrong_stands_on_the_page(
    tenant: Tenant, form: dict[str, str], text: str
) -> None:
    answer = await tenant.client.post("/_sandbox", data=form)
    assert answer.status_code == 400
    assert f'<p role="alert" class="problem">{text}' in answer.text


async def test_pages_of_other_sites_and_other_machines_cannot_press_anything(opened: Opened) -> None:
    tenant = opened()
    for path in ("/_sandbox", "/_sandbox/faults"):
        for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
            answer = await tenant.client.post(path, content=b'{"kind": "503"}', headers=headers)
            assert (answer.status_code, answer.text) == (403, "not from other sites")
    own = await tenant.client.post("/_sandbox", data={"deed": "clear"}, headers={"origin": "http://stand-in"})
    assert own.status_code == 303
    far = httpx.ASGITransport(tenant.app, client=("192.0.2.1", 1))
    async with httpx.AsyncClient(transport=far, base_url="http://stand-in", headers=JSON) as client:
        assert (await client.get("/_sandbox")).status_code == 403
