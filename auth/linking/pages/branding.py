"""An environment's accent colour as a style sheet whose text can be read, by the contrast rule of WCAG 2.2 (§1.4.3)."""

from collections.abc import Callable

Colour = tuple[float, float, float]  # red, green, blue of 0 to 255
BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)
CARD_DARK: Colour = (28, 30, 36)  # the darkest ground of the page is darker still; see page.css
READABLE = 4.6  # the rule wants 4.5; what is rounded to whole numbers must not fall below


def stylesheet(accent: str) -> str:
    """Variables of `accent` (`#rrggbb`): the colour itself, text upon it, and shades of it that can be read."""
    colour = _parsed(accent)
    ground = f"--accent: {_written(colour)}; --on-accent: {_written(_text_on(colour))};"
    light = _written(_moved(colour, BLACK, lambda shade: contrast(shade, WHITE)))
    dark = _written(_moved(colour, WHITE, lambda shade: contrast(shade, CARD_DARK)))
    return (
        f":root {{ {ground} --accent-ink: {light}; }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ --accent-ink: {dark}; }} }}\n"
    )


def contrast(one: Colour, other: Colour) -> float:
    """1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _text_on(ground: Colour) -> Colour:
    return max(BLACK, WHITE, key=lambda ink: contrast(ground, ink))


def _moved(colour: Colour, towards: Colour, measured: Callable[[Colour], float]) -> Colour:
    """The colour, moved no further than it needs to be readable."""
    steps = 50
    for step in range(steps):
        red, green, blue = (a + (b - a) * step / steps for a, b in zip(colour, towards, strict=True))
        if measured((red, green, blue)) >= READABLE:
            return red, green, blue
    return towards


def _luminance(colour: Colour) -> float:
    red, green, blue = (_linear(value / 255) for value in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _parsed(accent: str) -> Colour:
    number = int(accent.removeprefix("#"), 16)
    return number >> 16, number >> 8 & 255, number & 255


def _written(colour: Colour) -> str:
    return "#" + "".join(f"{round(value):02x}" for value in colour)
