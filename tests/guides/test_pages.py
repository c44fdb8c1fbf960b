"""A guide that promises what does not happen is noticed."""

from pathlib import Path

import pytest

from tests.guides.pages import Names, read_through

PAGE = """# A page

```python
amount = 20
print("paid", amount)
```

```text
{shown}
```

```sh
echo "$TOKEN"{rest}
```

```text
koine_…
```
"""


def follow(folder: Path, **parts: str) -> Names:
    page, names = folder / "page.md", Names()
    page.write_text(PAGE.format(**{"shown": "paid 20", "rest": "", **parts}))
    read_through(page, "coupa", {"TOKEN": "koine_1"}, names)
    return names


def test_a_page_is_followed_to_its_end(tmp_path: Path) -> None:
    assert follow(tmp_path)["amount"] == 20
    assert follow(tmp_path, shown="paid …")["amount"] == 20


@pytest.mark.parametrize(
    "parts", [{"shown": "paid 2"}, {"shown": "paid"}, {"rest": "; exit 3"}, {"rest": "x | cut -c2-"}]
)
def test_what_is_shown_is_what_is_printed(tmp_path: Path, parts: dict[str, str]) -> None:
    with pytest.raises(AssertionError):
        follow(tmp_path, **parts)


def test_a_block_that_is_never_run_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text('```json\n{"a": 1}\n```\n')
    with pytest.raises(AssertionError, match="json is never run"):
        read_through(page, "coupa", {}, {})


def test_a_block_for_one_provider_is_run_with_that_one_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "```python coupa\nname = 'a'\n```\n```python netsuite\nname = 'b'\n```\n```python\nseen = name\n```\n"
    )
    for provider, seen in (("coupa", "a"), ("netsuite", "b")):
        names = Names()
        read_through(page, provider, {}, names)
        assert names["seen"] == seen
