"""What the guides need: `koine up`, whose address, token and account their readers have exported."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest

from tests.guides.pages import Names, followed
from tests.processes import Running, koine_up

Follow = Callable[[str, str], Names]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with koine_up(tmp_path_factory.mktemp("koine")) as found:
        yield found


@pytest.fixture
def follow(running: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[Follow]:
    """Follows a page with a provider's account, and gives what the page has named."""
    with ExitStack() as stack:

        def to_its_end(page: str, provider: str) -> Names:
            account = running.accounts[provider]
            exported = {"KOINE": running.url, "TOKEN": running.token, "ACCOUNT": account}
            for name, value in exported.items():
                monkeypatch.setenv(name, value)
            return stack.enter_context(followed(page, provider, exported))

        yield to_its_end


@pytest.fixture
def ask(running: Running) -> Iterator[Callable[..., object]]:
    """Looks by the gateway from beside the page: the body of a `GET` for a provider's account."""
    with httpx.Client(base_url=running.url, headers=running.headers, timeout=60) as client:

        def get(provider: str, path: str, **query: str) -> object:
            params = {"integrated_account_id": running.accounts[provider], **query}
            answer = client.get(path, params=params)
            assert answer.status_code == 200, answer.text
            return answer.json()

        yield get
