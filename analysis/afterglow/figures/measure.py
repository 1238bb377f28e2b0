"""How wide a text is in the figures' font, and how it breaks to a width; needs no renderer."""

from functools import lru_cache

from afterglow.figures.style import FONT, FONT_SIZE


@lru_cache(maxsize=4096)
def text_width(text: str, size: float = FONT_SIZE, weight: str = "normal") -> float:
    """Return the advance width of one line of text, in points."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family=FONT, weight=weight, size=size)
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(width)


def wrapped(text: str, width: float, size: float = FONT_SIZE, weight: str = "normal") -> list[str]:
    """Break text at blanks into lines of at most `width` points; longer words are cut.

    A no-break space is no blank. Returns at least one line.
    """
    lines: list[str] = [""]
    for word in (part for piece in text.split(" ") for part in _cut(piece, width, size, weight)):
        longer = f"{lines[-1]} {word}".strip()
        if not lines[-1] or text_width(longer, size, weight) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _cut(word: str, width: float, size: float, weight: str) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and text_width(pieces[-1] + letter, size, weight) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces
