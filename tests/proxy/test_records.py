"""Arrays are cut into their records byte for byte, whatever stands in them; what is no array is said to be none."""

import json

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from proxy.records import NoList, cut, key_of, on_one_line

NUMBERS = st.sampled_from(["0", "-0", "1.10", "1e5", "-1.0E-7", "9" * 400, "0." + "3" * 60])
TEXTS = st.text(max_size=8).map(json.dumps) | st.text(max_size=8).map(
    lambda text: json.dumps(text, ensure_ascii=False)
)
SPACE = st.text(alphabet=" \t\r\n", max_size=3)


VALUES = st.recursive(
    NUMBERS | TEXTS | st.sampled_from(["true", "false", "null"]),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: "[ " + " , ".join(items) + "\n]")
        | st.lists(st.tuples(TEXTS, inner), max_size=3).map(
            lambda pairs: "{" + ",\r\n".join(f"{name} :{value}" for name, value in pairs) + "}"
        )
    ),
    max_leaves=8,
)


def encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@settings(max_examples=300, deadline=None, database=None)
@example([], "", b"")
@example(['"][,{}\\""', '{"a":"]"}'], "", b"\xef\xbb\xbf")
@given(st.lists(VALUES, max_size=6), SPACE, st.sampled_from([b"", b"\xef\xbb\xbf"]))
def test_records_are_cut_out_as_they_stand(values: list[str], space: str, mark: bytes) -> None:
    inside = ",".join(f"{space}{value}{space}" for value in values)
    found = list(cut(mark + encoded(f"{space}[{inside or space}]{space}")))
    assert found == [encoded(value) for value in values]


@settings(max_examples=200, deadline=None, database=None)
@given(VALUES)
def test_a_line_holds_one_record_and_says_the_same(value: str) -> None:
    line = on_one_line(encoded(value))
    assert line.count(b"\n") == 1
    assert json.loads(line.decode("utf-8", "surrogatepass"), parse_int=str, parse_float=str) == json.loads(
        value, parse_int=str, parse_float=str
    )


@settings(max_examples=300, deadline=None, database=None)
@given(st.binary(max_size=30) | st.text(alphabet='[]{},:"\\0 1aeN-.', max_size=20).map(str.encode))
def test_what_one_reader_takes_for_an_array_the_other_does_too(body: bytes) -> None:
    try:
        expected = orjson.loads(body)
    except orjson.JSONDecodeError:
        return
    if isinstance(expected, list):
        assert [orjson.loads(record) for record in cut(body)] == expected
    else:
        with pytest.raises(NoList):
            list(cut(body))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[",
        b"[1",
        b"[1,",
        b"[1,]",
        b"[,1]",
        b"[1 2]",
        b"[1]]",
        b"[1]x",
        b"[NaN]",
        b"[-Infinity]",
        b"[01]",
    ],
)
def test_what_is_no_array_is_none(body: bytes) -> None:
    with pytest.raises(NoList):
        list(cut(body))


def test_a_body_nested_too_deeply_is_no_array() -> None:
    with pytest.raises(NoList):
        list(cut(b"[" * 100_000))


@pytest.mark.parametrize(
    ("record", "key"),
    [
        (b'{"id":7}', "7"),
        (b'{"id":123456789012345678901234567890}', "123456789012345678901234567890"),
        (b'{"id":"a-7"}', "a-7"),
        ('{"id":"é"}'.encode(), "é"),
        (b'{"id":"\\u00e9\\u4e2d"}', "é中"),
        (b'{"id":null}', None),
        (b'{"id":""}', None),
        (b'{"id":"\\ud800"}', None),
        (b'{"id":"a\\u0000"}', None),
        (b'{"id":[1]}', None),
        (b'{"name":7}', None),
        (b"7", None),
    ],
)
def test_a_key_is_its_text_or_its_digits(record: bytes, key: str | None) -> None:
    assert key_of(record, "id") == key
