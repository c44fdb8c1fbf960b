"""deploy/chart: rendered, each manifest is valid for Kubernetes, closed down, and in step with the gateway."""

import copy
import json
import re
from typing import Any

import jsonschema_rs
import kubernetes_validate  # type: ignore[import-untyped]
import pytest
import yaml

from gateway.limits import LIMITS
from gateway.settings import Settings, variable
from tests.deploy.places import ALERTS, CHART, DASHBOARD, SECRETS, read
from tests.deploy.templates import Templates, Unrenderable

SCHEMA = json.loads((CHART / "values.schema.json").read_text())
REQUIRED = {"publicUrl": "https://koine.example.com", "secretName": "koine-secrets"}
EVERYTHING = {
    "settings": {"KOINE_LOG_DAYS": "14", "KOINE_QUEUE_SECONDS": "5"},
    "image": {"pullSecrets": [{"name": "registry"}]},
    "journal": {"storageClassName": "fast"},
    "autoscaling": {"enabled": True},
    "service": {"annotations": {"a": "b"}},
    "ingress": {"enabled": True, "className": "nginx", "tlsSecretName": "tls", "annotations": {"a": "b"}},
    "networkPolicy": {
        "from": [{"namespaceSelector": {"matchLabels": {"team": "callers"}}}],
        "stores": {"to": [{"ipBlock": {"cidr": "10.1.0.0/16"}}]},
        "egress": [{"ports": [{"port": 4318, "protocol": "TCP"}]}],
    },
    "monitoring": {
        "serviceMonitor": True,
        "rules": True,
        "dashboard": True,
        "labels": {"release": "prometheus"},
    },
    "podAnnotations": {"a": "b"},
    "nodeSelector": {"kubernetes.io/arch": "amd64"},
    "tolerations": [{"key": "spot", "operator": "Exists"}],
    "affinity": {"podAntiAffinity": {}},
}
VERSIONS = ("1.27", "1.31", kubernetes_validate.latest_version())
OPERATORS = "monitoring.coreos.com/v1"


def values(*patches: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = read(CHART / "values.yaml")
    for patch in (REQUIRED, *patches):
        _lay(found, copy.deepcopy(patch))
    return found


def _lay(under: dict[str, Any], patch: dict[str, Any]) -> None:
    for name, value in patch.items():
        if isinstance(value, dict) and isinstance(under.get(name), dict):
            _lay(under[name], value)
        else:
            under[name] = value


def manifests(*patches: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """By kind; the headless service by `Service/pods`."""
    given = values(*patches)
    jsonschema_rs.validate(SCHEMA, given)
    pages = Templates(CHART).render(given)
    found = [
        doc for name, page in pages.items() if name != "NOTES.txt" for doc in yaml.safe_load_all(page) if doc
    ]
    names = [doc["kind"] + ("/pods" if doc["metadata"]["name"] == "koine-pods" else "") for doc in found]
    assert len(set(names)) == len(names)
    return dict(zip(names, found, strict=True))


def pods(found: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    return [found[kind]["spec"]["template"] for kind in ("StatefulSet", "Job")]


@pytest.mark.parametrize("patch", [{}, EVERYTHING], ids=["defaults", "everything"])
@pytest.mark.parametrize("version", VERSIONS)
def test_each_manifest_is_valid_for_kubernetes(patch: dict[str, Any], version: str) -> None:
    for manifest in manifests(patch).values():
        if manifest["apiVersion"] != OPERATORS:
            kubernetes_validate.validate(manifest, version, strict=True)


def test_a_manifest_with_an_unknown_field_would_be_seen() -> None:
    job = manifests()["Job"]
    job["spec"]["template"]["spec"]["restart"] = "Never"
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(job, VERSIONS[-1], strict=True)


def test_what_is_there_by_default_and_what_on_request() -> None:
    common = {
        "StatefulSet",
        "Job",
        "Service",
        "Service/pods",
        "ServiceAccount",
        "PodDisruptionBudget",
        "NetworkPolicy",
    }
    assert set(manifests()) == common
    more = {"HorizontalPodAutoscaler", "Ingress", "ServiceMonitor", "PrometheusRule", "ConfigMap"}
    assert set(manifests(EVERYTHING)) == common | more
    assert set(manifests({"networkPolicy": {"enabled": False}})) == common - {"NetworkPolicy"}


@pytest.mark.parametrize(
    "patch",
    [
        {"publicUrl": ""},
        {"publicUrl": "koine.example.com"},
        {"secretName": ""},
        {"settings": {"KOINE_ENCRYPTION_KEYS": "k"}},
        {"settings": {"KOINE_LOG_DAYS": 14}},
        {"settings": {"LOG_DAYS": "14"}},
        {"workers": 0},
        {"terminationGracePeriodSeconds": 20},
        {"resources": {"limits": {"memory": "1 GB"}}},
        {"replica": 3},
    ],
    ids=str,
)
def test_values_that_make_no_sense_are_refused(patch: dict[str, Any]) -> None:
    with pytest.raises(jsonschema_rs.ValidationError):
        jsonschema_rs.validate(SCHEMA, values(patch))


@pytest.mark.parametrize("name", ["publicUrl", "secretName"])
def test_what_must_be_given_is_asked_for(name: str) -> None:
    with pytest.raises(Unrenderable, match=f"{name} is required"):
        Templates(CHART).render(values({name: ""}))


def test_every_value_has_a_schema_and_is_used() -> None:
    assert set(read(CHART / "values.yaml")) | {"global"} == set(SCHEMA["properties"])
    templates = "".join(path.read_text() for path in (CHART / "templates").iterdir())
    assert set(re.findall(r"\.Values\.(\w+)", templates)) | {"global"} == set(SCHEMA["properties"])


def test_pods_have_no_rights_that_they_do_not_need() -> None:
    for pod in pods(manifests()):
        spec = pod["spec"]
        assert spec["automountServiceAccountToken"] is False
        assert spec["securityContext"] == {
            "runAsNonRoot": True,
            "runAsUser": 10001,
            "runAsGroup": 10001,
            "fsGroup": 10001,
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        }
        [container] = spec["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert "memory" in container["resources"]["limits"]


def test_secrets_are_referred_to_and_never_in_the_environment() -> None:
    known = {variable(name) for name in Settings.model_fields}
    for pod in pods(manifests(EVERYTHING)):
        [container] = pod["spec"]["containers"]
        names = {entry["name"] for entry in container["env"]}
        assert names <= known - SECRETS
        mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
        [volume] = [v for v in pod["spec"]["volumes"] if v["name"] == mounts["/run/secrets/koine"]]
        assert volume["secret"] == {"secretName": "koine-secrets", "defaultMode": 0o440}
        assert {"name": "KOINE_SECRETS_DIR", "value": "/run/secrets/koine"} in container["env"]


def test_labels_and_names_meet() -> None:
    found = manifests(EVERYTHING)
    labels = found["StatefulSet"]["spec"]["template"]["metadata"]["labels"]
    selectors = [
        found["StatefulSet"]["spec"]["selector"]["matchLabels"],
        found["Service"]["spec"]["selector"],
        found["Service/pods"]["spec"]["selector"],
        found["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
        found["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"],
    ]
    assert all(selector.items() <= labels.items() for selector in selectors)
    migration = found["Job"]["spec"]["template"]["metadata"]["labels"]
    assert not found["Service"]["spec"]["selector"].items() <= migration.items()
    monitor = found["ServiceMonitor"]["spec"]["selector"]["matchLabels"]
    assert monitor.items() <= found["Service"]["metadata"]["labels"].items()
    assert not monitor.items() <= found["Service/pods"]["metadata"]["labels"].items()
    assert found["StatefulSet"]["spec"]["serviceName"] == found["Service/pods"]["metadata"]["name"]
    assert found["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]["name"] == "koine"
    backend = found["Ingress"]["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    assert backend == {"name": found["Service"]["metadata"]["name"], "port": {"name": "http"}}


def test_tables_are_migrated_before_pods_change() -> None:
    job = manifests()["Job"]
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    assert job["spec"]["template"]["spec"]["containers"][0]["args"] == ["migrate"]
    assert job["spec"]["template"]["spec"]["restartPolicy"] == "Never"


def test_replicas_are_left_to_whoever_scales() -> None:
    assert manifests()["StatefulSet"]["spec"]["replicas"] == 2
    found = manifests(EVERYTHING)
    assert "replicas" not in found["StatefulSet"]["spec"]
    [metric] = found["HorizontalPodAutoscaler"]["spec"]["metrics"]
    assert metric["pods"]["metric"] == {"name": "koine_requests_in_flight"}


def test_a_pod_gets_longer_to_end_than_its_drain_takes() -> None:
    given = values()
    assert given["terminationGracePeriodSeconds"] >= given["drainDelaySeconds"] + LIMITS.drain_seconds + 10
    probe = manifests()["StatefulSet"]["spec"]["template"]["spec"]["containers"][0]["readinessProbe"]
    assert given["drainDelaySeconds"] > probe["periodSeconds"] * probe["failureThreshold"]


def test_what_leaves_reaches_no_private_address_but_the_stores() -> None:
    *_, public = manifests()["NetworkPolicy"]["spec"]["egress"]
    for peer in public["to"]:
        assert len(peer["ipBlock"]["except"]) >= 2
    assert {"10.0.0.0/8", "169.254.0.0/16", "192.168.0.0/16"} < set(public["to"][0]["ipBlock"]["except"])
    assert all("ports" in rule for rule in manifests()["NetworkPolicy"]["spec"]["egress"][:-1])


def test_alerts_and_dashboard_arrive_as_they_are() -> None:
    found = manifests(EVERYTHING)
    assert found["PrometheusRule"]["spec"] == read(ALERTS)
    assert json.loads(found["ConfigMap"]["data"]["koine.json"]) == json.loads(DASHBOARD.read_text())
