"""deploy/compose.yaml: valid by the Compose specification, closed where it should be, and in step with the settings."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose
from yamllint import linter  # type: ignore[import-untyped]
from yamllint.config import YamlLintConfig  # type: ignore[import-untyped]

from gateway.limits import LIMITS
from gateway.settings import Settings, read_settings, variable
from gateway.visit import SERVICE
from tests.deploy.places import DEPLOY, SECRETS, read
from tests.gateway.served import koine_serve

COMPOSE = DEPLOY / "compose.yaml"
PLAIN = [path for path in DEPLOY.rglob("*.yaml") if path.parent.name != "templates"]
STYLE = YamlLintConfig(
    "extends: default\n"
    "rules:\n"
    "  line-length: {max: 160}\n"
    "  document-start: disable\n"
    "  braces: {max-spaces-inside: 0}\n"
    "  comments: {min-spaces-from-content: 2}\n"
)


def filled() -> str:
    """With the variables' defaults, as Compose reads it where none is set; one is required."""
    return re.sub(r"\$\{\w+:[-?]([^}]*)\}", lambda found: found.group(1), COMPOSE.read_text())


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(filled())["services"]
    return found


def test_it_is_a_compose_file_whose_references_lead_somewhere() -> None:
    compose = PyCompose.from_json(json.dumps(yaml.safe_load(filled())))
    compose.validate()
    assert sorted(compose.service_names()) == [
        *("gateway", "grafana", "migrate", "postgres", "prometheus", "proxy", "redis"),
    ]


def test_a_reference_that_leads_nowhere_would_be_seen() -> None:
    compose = PyCompose.from_json(json.dumps(yaml.safe_load(filled().replace("\n  watching: {}", ""))))
    with pytest.raises(ValueError, match="watching"):
        compose.validate()


@pytest.mark.parametrize("path", PLAIN, ids=lambda path: str(path.relative_to(DEPLOY)))
def test_yaml_is_well_kept(path: Path) -> None:
    assert [str(problem) for problem in linter.run(path.read_text(), STYLE)] == []


def test_two_gateways_start_after_the_tables_are_up_to_date(services: dict[str, Any]) -> None:
    assert services["gateway"]["deploy"] == {"replicas": 2}
    assert services["gateway"]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert services["migrate"]["command"] == ["migrate"]
    assert services["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}


def test_the_gateways_settings_exist_and_hold_no_secret(services: dict[str, Any]) -> None:
    known = {variable(name) for name in Settings.model_fields}
    for name in ("gateway", "migrate"):
        assert set(services[name]["environment"]) <= known - SECRETS
        assert {secret["target"] for secret in services[name]["secrets"]} < SECRETS


def test_only_the_proxy_is_open_to_others(services: dict[str, Any]) -> None:
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert set(published) == {"proxy", "prometheus", "grafana"}
    assert all(
        port.startswith("127.0.0.1:") for name in ("prometheus", "grafana") for port in published[name]
    )
    inner = {name for name, service in services.items() if service["networks"] == ["inside"]}
    assert inner == {"migrate", "postgres", "redis"}
    assert read(COMPOSE)["networks"]["inside"] == {"internal": True}


def test_everything_is_pinned_watched_and_bounded(services: dict[str, Any]) -> None:
    for name, service in services.items():
        tag = service["image"].rpartition(":")[2]
        assert re.fullmatch(r"v?\d+(\.\d+)*(-alpine)?|local", tag), name
        assert service["restart"] in ("unless-stopped", "on-failure"), name
        assert service["logging"]["options"] == {"max-size": "50m", "max-file": "5"}, name
        assert "healthcheck" in service or name == "proxy"


def test_the_gateway_may_do_nothing_but_serve(services: dict[str, Any]) -> None:
    for name in ("gateway", "migrate", "proxy"):
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["security_opt"] == ["no-new-privileges:true"]
    assert services["gateway"]["user"] == "10001:10001"


def test_a_gateway_gets_longer_to_end_than_its_drain_takes(services: dict[str, Any]) -> None:
    assert int(services["gateway"]["stop_grace_period"].removesuffix("s")) > LIMITS.drain_seconds + 10


def test_what_is_mounted_is_there(services: dict[str, Any]) -> None:
    mounts = [mount.split(":")[0] for service in services.values() for mount in service.get("volumes", [])]
    files = [mount for mount in mounts if mount.startswith("./")]
    assert len(files) == 6
    assert [mount for mount in files if not (DEPLOY / mount).is_file()] == []
    assert set(mounts) - set(files) == set(read(COMPOSE)["volumes"])


def test_the_secrets_that_are_made_start_a_gateway_and_are_made_once(tmp_path: Path) -> None:
    script = tmp_path / "make-secrets"
    script.write_bytes((DEPLOY / "make-secrets").read_bytes())
    folder = tmp_path / "secrets"
    for _ in range(2):
        subprocess.run(["sh", str(script)], check=True, capture_output=True)
        made = {path.name: path.read_text() for path in folder.iterdir()}
    assert sorted(made) == ["database_url", "encryption_keys", "grafana_password", "postgres_password"]
    assert folder.stat().st_mode & 0o777 == 0o700
    settings = read_settings(
        encryption_keys=made["encryption_keys"].strip(), database_url=made["database_url"].strip()
    )
    password = made["postgres_password"].strip()
    assert settings.database_url == f"postgresql+asyncpg://koine:{password}@postgres:5432/koine"
    subprocess.run(["sh", str(script)], check=True, capture_output=True)
    assert {path.name: path.read_text() for path in folder.iterdir()} == made
    assert sorted(read(COMPOSE)["secrets"]) == sorted(made)


def test_what_machines_ask_for_is_not_served_to_callers() -> None:
    said = re.search(
        r"return status 404 if \{ path,url_dec -m reg (\S+) \}", (DEPLOY / "haproxy.cfg").read_text()
    )
    assert said is not None
    closed = re.compile(said.group(1))
    assert all(closed.search(path) for path in SERVICE - {"/ping"})
    assert closed.search("//metrics")
    assert not any(closed.search(path) for path in ("/ping", "/proxy/metrics", "/unified/crm/healthz"))


def test_the_proxys_question_for_readiness_is_one_that_gateways_answer(tmp_path: Path) -> None:
    said = re.search(
        r"http-check send meth (\S+) uri (\S+) ver (\S+) hdr (\S+) (\S+)",
        (DEPLOY / "haproxy.cfg").read_text(),
    )
    assert said is not None
    method, path, version, name, value = said.groups()
    with koine_serve(tmp_path) as server, server.wire() as wire:
        wire.send(f"{method} {path} {version}\r\n{name}: {value}\r\n\r\n".encode())
        assert wire.answer().status == 200
