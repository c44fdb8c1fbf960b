"""Settings are read once, and what is wrong is said in words that hold no value."""

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gateway.settings import BadSettings, Settings, read_settings, variable

KEY = base64.b64encode(bytes(range(32))).decode()
PAGE = Path(__file__).parents[2] / "docs/settings.md"
START, END = "<!-- table: generated, see tests/gateway/test_settings.py -->\n", "<!-- end of table -->"
MAKE = "make a key with `openssl rand -base64 32` and set"
FORMS = "use sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER:PASSWORD@HOST/DATABASE"


def refusal(**given: object) -> str:
    with pytest.raises(BadSettings) as caught:
        read_settings(**{"encryption_keys": KEY, **given})
    return str(caught.value)


def test_only_the_keys_must_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOINE_ENCRYPTION_KEYS", KEY)
    settings = read_settings()
    assert settings.model_dump(exclude={"encryption_keys"}) == {
        "database_url": "sqlite+aiosqlite:///koine.db",
        "secrets_dir": None,
        "public_url": None,
        "journal": None,
        "allow_private_upstreams": False,
        "unsupported_filters": "refuse",
        "sandboxes": {},
        "log_days": 7,
        "link_token_days": 7.0,
        "webhook_days": 30,
        "truto_signature": "base64",
        "upstream_seconds": 60.0,
        "queue_seconds": 10.0,
        "otlp_endpoint": None,
        "otlp_headers": None,
        "trace_sample": 1.0,
        "most_requests": 2000,
        "token_rate": None,
        "redis_url": None,
        "log_level": "info",
    }
    assert settings.encryption_keys.get_secret_value() == KEY


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "KOINE_ENCRYPTION_KEYS": KEY,
        "KOINE_DATABASE_URL": "postgres://koine:p%40ss@db/koine",
        "KOINE_PUBLIC_URL": "https://koine.example.com/",
        "KOINE_ALLOW_PRIVATE_UPSTREAMS": "true",
        "KOINE_UNSUPPORTED_FILTERS": "ignore",
        "KOINE_SANDBOXES": '{"coupa": "http://127.0.0.1:9000/"}',
        "KOINE_LOG_LEVEL": "",
    }.items():
        monkeypatch.setenv(name, value)
    assert read_settings().model_dump(exclude={"encryption_keys"}) == {
        "database_url": "postgresql+asyncpg://koine:p%40ss@db/koine",
        "secrets_dir": None,
        "public_url": "https://koine.example.com",
        "journal": None,
        "allow_private_upstreams": True,
        "unsupported_filters": "ignore",
        "sandboxes": {"coupa": "http://127.0.0.1:9000"},
        "log_days": 7,
        "link_token_days": 7.0,
        "webhook_days": 30,
        "truto_signature": "base64",
        "upstream_seconds": 60.0,
        "queue_seconds": 10.0,
        "otlp_endpoint": None,
        "otlp_headers": None,
        "trace_sample": 1.0,
        "most_requests": 2000,
        "token_rate": None,
        "redis_url": None,
        "log_level": "info",
    }


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("sqlite+aiosqlite:///koine.db", "sqlite+aiosqlite:///koine.db"),
        ("sqlite:////var/lib/koine/koine.db", "sqlite+aiosqlite:////var/lib/koine/koine.db"),
        ("postgres://u:p@db:5432/koine", "postgresql+asyncpg://u:p@db:5432/koine"),
        ("postgresql://u:p@db/koine?sslmode=require", "postgresql+asyncpg://u:p@db/koine?ssl=require"),
        ("postgresql+asyncpg://u@db/koine", "postgresql+asyncpg://u@db/koine"),
    ],
)
def test_databases_are_named_in_every_usual_form(written: str, read: str) -> None:
    assert read_settings(encryption_keys=KEY, database_url=written).database_url == read


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("encryption_keys", "", f"is empty: {MAKE} KOINE_ENCRYPTION_KEYS to it, newest first."),
        (
            "encryption_keys",
            "c2hvcnQ=",
            f"key 1 is 5 bytes long instead of 32: {MAKE} KOINE_ENCRYPTION_KEYS to it, newest first.",
        ),
        (
            "encryption_keys",
            f"{KEY},changeme!",
            f"key 2 is not base64: {MAKE} KOINE_ENCRYPTION_KEYS to it, newest first.",
        ),
        (
            "encryption_keys",
            base64.b64encode(bytes(32)).decode(),
            f"key 1 is not random: {MAKE} KOINE_ENCRYPTION_KEYS to it, newest first.",
        ),
        ("database_url", "koine.db", f"is no database URL: {FORMS}."),
        (
            "database_url",
            "mysql://u:hunter2@db/koine",
            f"names a kind of database that is not offered: {FORMS}.",
        ),
        (
            "database_url",
            "sqlite://",
            f"names no file, and a database in memory is not offered: {FORMS}.",
        ),
        (
            "database_url",
            "postgres://u:hunter2@db/koine?sslmode=require&channel_binding=require",
            "has options that are not offered: leave out channel_binding.",
        ),
        (
            "public_url",
            "koine.example.com",
            "is no absolute http or https URL: use one such as https://koine.example.com.",
        ),
        (
            "public_url",
            "https://me:hunter2@koine.example.com",
            "is no absolute http or https URL: use one such as https://koine.example.com.",
        ),
        (
            "public_url",
            "http://[",
            "is no absolute http or https URL: use one such as https://koine.example.com.",
        ),
        (
            "allow_private_upstreams",
            "perhaps",
            "can't be used: input should be a valid boolean, unable to interpret input.",
        ),
        ("unsupported_filters", "drop", "can't be used: input should be 'refuse' or 'ignore'."),
        ("sandboxes", "coupa=http://a", 'is no JSON: use {"PROVIDER": "URL"}.'),
        ("sandboxes", "[]", "can't be used: input should be a valid dictionary."),
        (
            "sandboxes",
            '{"coupa": "9000"}',
            "is no absolute http or https URL: use one such as http://127.0.0.1:9000.",
        ),
        (
            "sandboxes",
            '{"coupa": "http://127.000.000.001"}',
            "is no absolute http or https URL: use one such as http://127.0.0.1:9000.",
        ),
        ("log_days", "91", "can't be used: input should be less than or equal to 90."),
        ("token_rate", "500", "is no rate: use requests/seconds, such as 500/10."),
        ("redis_url", "http://localhost", "is no Redis URL: begin it with redis://, rediss:// or unix://."),
        ("log_level", "loud", "can't be used: input should be 'debug', 'info', 'warning' or 'error'."),
    ],
)
def test_a_wrong_setting_is_named_with_the_remedy(field: str, value: str, words: str) -> None:
    assert refusal(**{field: value}) == f"{variable(field)} {words}"


def test_mounted_files_hold_settings_and_variables_win(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "..data").mkdir()  # as Kubernetes mounts them
    (tmp_path / "..data/KOINE_ENCRYPTION_KEYS").write_text(f"{KEY}\n")
    (tmp_path / "KOINE_ENCRYPTION_KEYS").symlink_to("..data/KOINE_ENCRYPTION_KEYS")
    (tmp_path / "KOINE_DATABASE_URL").write_text("postgres://koine:p%40ss@db/koine\n")
    (tmp_path / "KOINE_LOG_LEVEL").write_text("debug")
    monkeypatch.setenv("KOINE_SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("KOINE_LOG_LEVEL", "warning")
    settings = read_settings()
    assert settings.encryption_keys.get_secret_value() == KEY
    assert settings.database_url == "postgresql+asyncpg://koine:p%40ss@db/koine"
    assert settings.log_level == "warning"


def test_a_folder_of_secrets_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert refusal(secrets_dir=str(tmp_path / "nowhere")) == (
        "KOINE_SECRETS_DIR names no folder: name one with files that hold settings."
    )


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(BadSettings) as caught:
        read_settings(log_level="loud", sandboxes="{")
    assert caught.value.findings == (
        "KOINE_ENCRYPTION_KEYS is not set: make a key with `openssl rand -base64 32` and set it, newest first.",
        'KOINE_SANDBOXES is no JSON: use {"PROVIDER": "URL"}.',
        "KOINE_LOG_LEVEL can't be used: input should be 'debug', 'info', 'warning' or 'error'.",
    )
    assert caught.value.status == 2


@given(st.binary(min_size=1, max_size=31))
def test_a_refused_key_is_not_shown(key: bytes) -> None:
    written = base64.b64encode(key).decode() + "zz"
    assert written not in refusal(encryption_keys=written)


def test_settings_show_no_secret_and_do_not_change() -> None:
    settings = read_settings(encryption_keys=KEY, database_url="postgres://u:hunter2@db/koine")
    assert KEY not in repr(settings)
    assert "hunter2" not in repr(settings)
    with pytest.raises(ValidationError):
        settings.log_level = "debug"


def shown(value: object) -> str:
    return "none" if value is None else f"`{value if isinstance(value, str) else json.dumps(value)}`"


def table() -> str:
    fields = Settings.model_fields.items()
    rows = (
        f"| `{variable(name)}` "
        f"| {'required' if field.is_required() else shown(field.get_default(call_default_factory=True))} "
        f"| {field.description} |\n"
        for name, field in fields
    )
    return "| variable | default | meaning |\n|---|---|---|\n" + "".join(rows)


def test_the_documents_list_every_setting() -> None:
    """To renew the table: `python -m tests.gateway.test_settings`."""
    assert PAGE.read_text().split(START)[1].split(END)[0] == table()


if __name__ == "__main__":
    before, rest = PAGE.read_text().split(START)
    PAGE.write_text(before + START + table() + END + rest.split(END)[1])
