"""What a provider offers of a model, as a page to read: Markdown or HTML, from the same declarations as the JSON."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from providers.provider import Provider
from schemas.unified import UnifiedModel, UnifiedResource, fields
from unified import offers
from unified.meta import response_mapping
from unified.offers import Offer

HEAD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }}
.wide {{ overflow-x: auto; }} table {{ border-collapse: collapse; width: 100%; }}
th, td {{ border-bottom: 1px solid #8886; padding: .3rem .6rem; text-align: left; vertical-align: top; }}
code {{ font-size: .9em; overflow-wrap: anywhere; }}
</style></head><body>
"""


@dataclass(frozen=True)
class Table:
    title: str
    about: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(model: UnifiedModel, provider: Provider) -> Iterator[Table]:
    """For each resource its fields with where they come from, and its filters."""
    for unified in model.resources.values():
        resource = provider.resources.get(unified.key)
        if resource is None:
            continue
        sources = response_mapping(resource)
        rows = tuple(
            (f"`{field.name}`", field.description, _source(sources.get(field.name, "the whole record")))
            for field in fields(unified)
        )
        yield Table(
            unified.label, _about(unified, resource.methods), ("field", "meaning", "comes from"), rows
        )
        custom = offers.any_custom(resource)
        offered = (*offers.filters(unified, resource).values(), *((custom,) if custom else ()))
        filters = tuple(_filter(offer) for offer in offered)
        sorts = (
            ", ".join(f"`{name}`" for name in offers.sorts(unified, resource)) or "nothing else than the id"
        )
        yield Table(
            f"{unified.label}: filters", f"Sorted by {sorts}.", ("filter", "operators", "words"), filters
        )


def _about(unified: UnifiedResource, methods: tuple[str, ...]) -> str:
    return f"{unified.description.splitlines()[0]} Methods: {', '.join(methods)}. Path: `/unified/{unified.key}`."


def _source(found: str | None) -> str:
    return "not offered" if found is None else f"`{found}`"


def _filter(offer: Offer) -> tuple[str, str, str]:
    return (
        f"`{offer.name}`",
        ", ".join(offer.operators),
        ", ".join(f"`{word}`" for word in offer.filter.words),
    )


def markdown(model: UnifiedModel, provider: Provider) -> str:
    parts = [f"# {model.label} on {provider.label}\n"]
    for table in tables(model, provider):
        lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in table.rows]
        head = f"| {' | '.join(table.head)} |\n|{'---|' * len(table.head)}"
        parts.append("\n".join((f"## {table.title}\n\n{table.about}\n", head, *lines, "")))
    return "\n".join(parts)


def html(model: UnifiedModel, provider: Provider) -> str:
    title = escape(f"{model.label} on {provider.label}")
    parts = [HEAD.format(title=title), f"<h1>{title}</h1>"]
    for table in tables(model, provider):
        head = "".join(f"<th>{escape(cell)}</th>" for cell in table.head)
        rows = "".join(
            "<tr>" + "".join(f"<td>{_inline(cell)}</td>" for cell in row) + "</tr>" for row in table.rows
        )
        parts.append(f"<h2>{escape(table.title)}</h2><p>{_inline(table.about)}</p>")
        parts.append(f'<div class="wide"><table><tr>{head}</tr>{rows}</table></div>')
    return "".join([*parts, "</body></html>\n"])


def _inline(text: str) -> str:
    """Backticks become code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if at % 2 else part for at, part in enumerate(parts))
