"""The query string: arrays in three spellings, nested keys, `+`, and what is refused."""

from contextlib import suppress
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import InvalidRequest
from unified.syntax import Parameter, Query, read_query


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"name=Harbour+Paper", Parameter("name", (), ("Harbour Paper",))),
        (b"created_at[gt]=2026-02-01", Parameter("created_at", ("gt",), ("2026-02-01",))),
        (b"created_at%5Bgt%5D=2026-02-01", Parameter("created_at", ("gt",), ("2026-02-01",))),
        (b"k[]=a,b&k[]=c", Parameter("k", (), ("a,b", "c"), listed=True)),
        (b"k[0]=a&k[1]=b", Parameter("k", (), ("a", "b"), listed=True)),
        (b"contact[id][]=1&contact[id][]=2", Parameter("contact", ("id",), ("1", "2"), listed=True)),
        (b"a=b=c", Parameter("a", (), ("b=c",))),
    ],
)
def test_reads_every_spelling_of_the_contract(raw: bytes, expected: Parameter) -> None:
    assert read_query(raw).parameters == (expected,)


def test_a_comma_list_is_split_only_where_it_is_not_bracketed() -> None:
    assert read_query(b"k=a,b").parameters[0].split == ("a", "b")
    assert read_query(b"k[]=a,b").parameters[0].split == ("a,b",)
    assert read_query(b"k=a%2Cb").parameters[0].split == ("a", "b")


def test_an_empty_cursor_counts_as_absent() -> None:
    assert read_query(b"next_cursor=&limit=5").parameters == (Parameter("limit", (), ("5",)),)


@pytest.mark.parametrize(
    "raw",
    [
        b"updated_at[gt]=",
        b"status=",
        b"a[b=1",
        b"a]b=1",
        b"a[b][c][d][e][f][g]=1",
        b"[x]=1",
        b"a=1&a=2",
        b"k=%ff",
    ],
)
def test_refuses_what_would_be_read_in_two_ways(raw: bytes) -> None:
    with pytest.raises(InvalidRequest):
        read_query(raw)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b"remote_query[exported]=false", "exported"),
        (b"remote_query[account-type][name]=X", "account-type[name]"),
        (b"remote_query[account-type[name]]=X", "account-type[name]"),
        (b"remote_query%5Bstatus%5D%5Bin%5D=a,b", "status[in]"),
    ],
)
def test_vendor_parameters_keep_their_own_names(raw: bytes, name: str) -> None:
    assert read_query(raw).remote[0][0] == name


@given(st.text(min_size=1), st.text(st.characters(blacklist_characters="[]", codec="utf-8"), min_size=1))
def test_any_value_comes_out_as_it_went_in(value: str, key: str) -> None:
    raw = f"{quote(key, safe='')}={quote(value, safe='')}".encode()
    if key == "next_cursor":
        return
    assert read_query(raw).parameters == (Parameter(key, (), (value,)),)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    with suppress(InvalidRequest):
        assert isinstance(read_query(raw), Query)
