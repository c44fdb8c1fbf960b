"""A unified page of 50 invoices: whole, lean and with overrides, beside nginx handing on the same vendor page."""

from pathlib import Path

import httpx

from bench.mapping import RESHAPING
from bench.rounds import Row, Trial, cpu_note, in_turn, ratios
from bench.servers import Bench

PATH = "accounting/invoices?limit=50"
LEAN = f"{PATH}&truto_ignore_remote_data=true"


async def unified(bench: Bench, folder: Path) -> list[Row]:
    bent = await _bent(bench)
    whole, lean, overridden, theirs = await in_turn(
        Trial(bench.koine, [bench.unified(PATH)], 4),
        Trial(bench.koine, [bench.unified(LEAN)], 4),
        Trial(bench.koine, [bench.unified(LEAN, bent)], 4),
        Trial(bench.nginx, [bench.nginx.request("invoices")], 4),
    )
    sizes = [(folder / "root/api" / name).stat().st_size for name in ("invoices_lean", "invoices")]
    return [
        Row.of(
            "unified page of 50, with `remote_data`: CPU ÷ nginx's for the vendor's page",
            ratios(whole, theirs),
            note=cpu_note(whole, theirs),
        ),
        Row.of("the same, lean: CPU ÷ with `remote_data`", ratios(lean, whole), note=cpu_note(lean, whole)),
        Row.of(
            "the same, lean, 13 overrides on every record: CPU ÷ without",
            ratios(overridden, lean),
            "3",
            note=cpu_note(overridden, lean),
        ),
        Row.of("bytes fetched for it lean ÷ whole", [sizes[0] / sizes[1]], note=f"{sizes[0]} of {sizes[1]}"),
    ]


async def _bent(bench: Bench) -> str:
    """A second account, whose override gives nearly every field by an expression."""
    made = bench.production
    async with httpx.AsyncClient(
        base_url=made.url, headers={"authorization": f"Bearer {made.token}"}
    ) as client:
        account = (await client.get(f"/integrated-account/{made.account}")).json()
        body = {
            "tenant_id": "bent",
            "environment_integration_id": account["environment_integration_id"],
            "authentication_method": "api_key",
            "context": {"api_key": "k" * 40},
            "is_sandbox": True,
        }
        found: str = (await client.post("/integrated-account", json=body)).json()["id"]
        override = {"unified_model_override": {"accounting": {"invoices": {"response": RESHAPING}}}}
        answer = await client.patch(f"/integrated-account/{found}", json=override)
        assert answer.status_code == 200, answer.text
        return found
