"""The chart of a bench: bars of what was measured beside what was wanted, and the memory of the soak as a line."""

from collections.abc import Sequence
from html import escape

from bench.rounds import Row

WIDTH, NAME, LINE, PLOT = 900, 470, 24, 150
STYLE = "text{font:12px sans-serif;fill:#333}.low{fill:#9ab}.bar{fill:#357}.line{fill:none;stroke:#357}"


def picture(rows: Sequence[Row], memory: Sequence[float]) -> str:
    """SVG. Each ratio's bar ends at its median; the thin part shows the least and the most."""
    shown = [row for row in rows if row.unit == "×"]
    height = LINE * (len(shown) + 2) + (PLOT + 2 * LINE if memory else 0)
    most = max(row.high for row in shown)
    parts = [f"<style>{STYLE}</style>", f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>']
    for number, row in enumerate(shown):
        parts += _bar(row, LINE * (number + 1), most)
    if memory:
        parts += _memory(memory, LINE * (len(shown) + 2))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}">'
        + "".join(parts)
        + "</svg>\n"
    )


def _bar(row: Row, top: int, most: float) -> list[str]:
    scale = (WIDTH - NAME - 80) / most
    return [
        f'<text x="{NAME - 8}" y="{top + 4}" text-anchor="end">{escape(row.name.replace("`", ""))}</text>',
        f'<rect class="bar" x="{NAME}" y="{top - 7}" width="{row.median * scale:.1f}" height="14"/>',
        f'<rect class="low" x="{NAME + row.low * scale:.1f}" y="{top - 1}" '
        f'width="{(row.high - row.low) * scale:.1f}" height="3"/>',
        f'<text x="{NAME + row.high * scale + 6:.1f}" y="{top + 4}">{row.median:.2f}</text>',
    ]


def _memory(memory: Sequence[float], top: int) -> list[str]:
    most, step = max(memory), (WIDTH - 100) / max(1, len(memory) - 1)
    points = " ".join(
        f"{60 + at * step:.1f},{top + LINE + PLOT * (1 - value / most):.1f}"
        for at, value in enumerate(memory)
    )
    return [
        f'<text x="60" y="{top + 8}">memory of the worker during the soak, MB (most: {most:.0f})</text>',
        f'<polyline class="line" points="{points}"/>',
        f'<text x="20" y="{top + LINE + PLOT}">0</text><text x="20" y="{top + LINE + 4}">{most:.0f}</text>',
        f'<path class="line" d="M60 {top + LINE + PLOT}H{WIDTH - 40}"/>',
    ]
