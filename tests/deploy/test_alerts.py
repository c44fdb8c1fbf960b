"""Alerts and the dashboard ask for figures that there are, by labels that they have, and each alert has its runbook."""

import json
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import promql_parser
import pytest

from auth.renewal.tools import Outcome
from gateway.metrics import Metrics
from tests.deploy.places import ALERTS, DASHBOARD, ROOT, alerts
from tests.house import House

RUNBOOKS = (ROOT / "docs/operations.md").read_text()
TARGET = {"job", "instance", "worker"}
GRAFANA = {"$__rate_interval": "5m", "$__range": "3h", "$job": ".*"}
OWN = {  # of several workers, of processes that share a Redis, and Prometheus's own
    "koine_worker_up": {"worker"},
    "koine_redis_up": set[str](),
    "up": set[str](),
}


def expressions() -> Iterator[tuple[str, str]]:
    """Where each stands, and its words."""
    for alert in alerts():
        yield alert["alert"], alert["expr"]
    dashboard = json.loads(DASHBOARD.read_text())
    for panel in dashboard["panels"]:
        for target in panel.get("targets", ()):
            yield f"{panel['title']} {target['refId']}", target["expr"]
    for note in dashboard["annotations"]["list"]:
        yield note["name"], note["expr"]


EXPRESSIONS = dict(expressions())


def parsed(words: str) -> Any:
    for name, value in GRAFANA.items():
        words = words.replace(name, value)
    return promql_parser.parse(words)


def selectors(words: str) -> Iterator[tuple[str, set[str]]]:
    """The series that are asked for, each with the labels that it is asked by."""
    for found in re.finditer(
        r"(?<![\w\"~=!|.])([a-z]+_[a-z_]+|up)(?:\{([^}]*)\})?", _without_grouping(words)
    ):
        yield found.group(1), set(re.findall(r"(\w+)\s*[=!]~?", found.group(2) or ""))


def _without_grouping(words: str) -> str:
    """And without the names of functions."""
    words = re.sub(r"\b(by|without|on|ignoring)\s*\([^)]*\)", "", words)
    return re.sub(r"\b[a-z_]+(?=\s*\()", "", words)


@pytest.fixture
async def known(house: House) -> dict[str, set[str]]:
    """Every series that a gateway tells, with its labels."""
    metrics: Metrics = house.state["metrics"]
    found = dict(OWN)
    for family in metrics.registry.collect():
        labels = set(_labels(metrics, family.name))
        names = {
            "counter": [f"{family.name}_total"],
            "histogram": [f"{family.name}{end}" for end in ("_bucket", "_sum", "_count")],
        }.get(family.type, [family.name])
        found |= {name: labels | ({"le"} if name.endswith("_bucket") else set()) for name in names}
    return found


def _labels(metrics: Metrics, name: str) -> tuple[str, ...]:
    declared = metrics.registry._names_to_collectors
    return tuple(getattr(declared.get(name), "_labelnames", ()))


@pytest.mark.parametrize("place", EXPRESSIONS)
def test_every_expression_is_promql(place: str) -> None:
    parsed(EXPRESSIONS[place])


@pytest.mark.anyio
async def test_every_expression_is_about_figures_that_there_are(known: dict[str, set[str]]) -> None:
    for place, words in EXPRESSIONS.items():
        asked = list(selectors(words))
        assert asked, place
        for name, labels in asked:
            assert name in known, (place, name)
            assert labels <= known[name] | TARGET, (place, name)
        groups = re.findall(r"\bby\s*\(([^)]*)\)", words)
        labels = {label.strip() for group in groups for label in group.split(",")}
        assert labels <= set().union(*(known[name] for name, _ in asked)) | TARGET, place


@pytest.mark.anyio
async def test_every_figure_of_ours_is_on_the_dashboard(known: dict[str, set[str]]) -> None:
    shown = {name for words in EXPRESSIONS.values() for name, _ in selectors(words)}
    ours = {name for name in known if name.startswith("koine_")}
    family = re.compile(r"_(bucket|sum|count)$")
    assert {family.sub("", name) for name in ours} - {family.sub("", name) for name in shown} == set()


def test_the_outcomes_that_endanger_a_token_exist() -> None:
    [alert] = [alert for alert in alerts() if alert["alert"] == "KoineTokensEndangered"]
    named = set(re.findall(r'outcome=~"([^"]+)"', alert["expr"]).pop().split("|"))
    assert named < set(Outcome.__args__)  # type: ignore[attr-defined]


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert["alert"])
def test_every_alert_says_how_bad_it_is_and_what_to_do(alert: dict[str, Any]) -> None:
    assert alert["labels"]["severity"] in ("critical", "warning")
    assert alert["annotations"]["summary"].endswith(".")
    page, _, anchor = alert["annotations"]["runbook"].partition("#")
    assert (ROOT / page).is_file()
    assert anchor == alert["alert"].lower()
    assert f"\n### {alert['alert']}\n" in RUNBOOKS


def test_every_runbook_has_its_alert() -> None:
    names = re.findall(r"^### (Koine\w+)$", RUNBOOKS, re.M)
    assert names == [alert["alert"] for alert in alerts()]


def test_panels_are_numbered_placed_side_by_side_and_use_the_data_source_that_is_chosen() -> None:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        x, y, width, height = (panel["gridPos"][name] for name in "xywh")
        cells = set(product(range(x, x + width), range(y, y + height)))
        assert not cells & taken, panel["title"]
        assert x + width <= 24
        taken |= cells
        assert panel["type"] == "row" or panel["datasource"]["uid"] == "${datasource}"


def test_the_alerts_have_tests_for_promtool() -> None:
    tests = (Path(ALERTS).parents[2] / "alerts_test.yaml").read_text()
    assert "rule_files: [chart/files/alerts.yaml]" in tests
