"""The connect page for NetSuite: a key that is made there, a key or a token that is typed."""

import re
from pathlib import Path

import pytest
from cryptography import x509
from sqlmodel import col, select

from auth.linking.made_keys import made_key
from auth.linking.tokens import Link
from schemas.tables import Environment, LinkToken, SealedRecord
from tests.house import House, secrets_of
from tests.linking.browsing import Browser, Page, account_of, link_token
from tests.netsuite.test_auth import CLIENT, TOKEN, by_key, by_token

pytestmark = pytest.mark.anyio
PEM = re.compile(r"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n")


def stored(folder: Path) -> bytes:
    """All that the gateway has written."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def form(browser: Browser, token: str) -> Page:
    return await browser.connect(token, integration="netsuite", auth_format=CLIENT)


def certificate_of(page: Page) -> str:
    found = PEM.search(page.reader.text)
    assert found, page.response.text
    return found[0]


async def test_a_key_made_by_the_page_signs_in_once_its_certificate_is_known(house: House) -> None:
    token, browser = await link_token(house), Browser(house)
    shown = await form(browser, token)
    certificate = certificate_of(shown)
    assert certificate_of(await form(browser, token)) == certificate
    read = x509.load_pem_x509_certificate(certificate.encode())
    assert (read.not_valid_after_utc - read.not_valid_before_utc).days < 730
    typed = {name: by_key(house)[name] for name in ("account_id", "client_id")}

    unknown = await browser.end(await browser.send(shown, **typed, certificate_id="unknown"))
    assert unknown.state == "form"
    assert certificate_of(unknown) == certificate

    uploaded = await house.stand_in.post("/_sandbox/certificates", json={"certificate": certificate})
    done = await browser.end(
        await browser.send(unknown, **typed, certificate_id=uploaded.json()["certificate_id"])
    )
    assert done.state == "done", done.text
    account = await account_of(house, done.message["integrated_account_id"])
    assert (account["status"], account["authentication_method"]) == ("active", CLIENT)
    async with house.state["database"].read() as session:
        purposes = await session.exec(
            select(SealedRecord.purpose).where(col(SealedRecord.purpose).startswith("link-key/"))
        )
        assert purposes.all() == []


async def test_each_link_has_a_key_of_its_own(house: House) -> None:
    pages = [await form(Browser(house), await link_token(house)) for _ in range(2)]
    first, second = map(certificate_of, pages)
    assert first != second


async def test_neither_a_made_nor_a_typed_secret_lies_open_while_its_link_is_used(
    house: House, tmp_path: Path
) -> None:
    token, browser = await link_token(house), Browser(house)
    await form(browser, token)
    shown = await browser.connect(token, integration="netsuite", auth_format=TOKEN)
    await browser.send(shown, **by_token(house, "awkward"))
    async with house.state["database"].read() as session:
        link = (await session.exec(select(LinkToken))).one()
        environment = (await session.exec(select(Environment))).one()
    known = Link(token, link, environment, {})
    made = await made_key(house.state["database"], house.state["vault"], known)
    found = stored(tmp_path)
    assert by_token(house, "awkward")["consumer_key"].encode() not in found  # sealed, as all that is typed
    assert (
        house.credentials["clients"]["main"]["client_id"].encode() in found
    )  # the house's own account is there
    secrets = (made.private_key, *secrets_of(house.credentials), token)
    assert [text[:4] for text in secrets if text.encode() in found] == []


async def test_a_certificate_has_room_for_the_name_of_any_environment(house: House) -> None:
    answer = await house.client.patch(f"/environment/{house.environment}", json={"name": "株式会社" * 60})
    assert answer.status_code == 200
    certificate = certificate_of(await form(Browser(house), await link_token(house)))
    (name,) = x509.load_pem_x509_certificate(certificate.encode()).subject
    assert name.value == ("株式会社" * 6)[:21]


async def test_a_key_of_ones_own_may_be_typed_on_one_line_as_browsers_paste_it(house: House) -> None:
    browser = Browser(house)
    typed = {name: text.replace("\n", "") for name, text in by_key(house).items()}
    done = await browser.end(await browser.send(await form(browser, await link_token(house)), **typed))
    assert done.state == "done", done.text
    assert (await account_of(house, done.message["integrated_account_id"]))["status"] == "active"


async def test_by_token(house: House) -> None:
    browser = Browser(house)
    shown = await browser.connect(await link_token(house), integration="netsuite", auth_format=TOKEN)
    assert "certificate" not in shown.text.lower()
    done = await browser.end(await browser.send(shown, **by_token(house)))
    assert done.state == "done", done.text
    account = await account_of(house, done.message["integrated_account_id"])
    assert set(account["context"]) == {"account_id", "consumer_key", "token_id"}


async def test_all_ways_to_sign_in_have_words_of_their_own(house: House) -> None:
    shown = await Browser(house).connect(await link_token(house), integration="netsuite")
    assert shown.state == "formats"
    assert all(
        words in shown.text for words in ("Log in to NetSuite", "Client credentials", "With a consumer key")
    )
