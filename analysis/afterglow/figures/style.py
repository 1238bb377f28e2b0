"""What every figure looks like: sizes, fonts, and one look per group that survives grey print."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

INLINE: Final = "module://matplotlib_inline.backend_inline"
SINGLE_COLUMN: Final = 3.5
DOUBLE_COLUMN: Final = 7.0
STANDARD_HEIGHT: Final = 3.2

FONT: Final = "DejaVu Sans"
FONT_SIZE: Final = 9.0
SMALL_SIZE: Final = 8.0

INK: Final = "#1a1a1a"
MUTED: Final = "#5f6368"
RULE: Final = "#c8ccd0"
PAPER: Final = "#ffffff"

RC: Final[dict[str, Any]] = {
    "figure.facecolor": PAPER,
    "figure.constrained_layout.h_pad": 0.06,
    "figure.constrained_layout.w_pad": 0.06,
    "font.family": FONT,
    "font.size": FONT_SIZE,
    "axes.titlesize": FONT_SIZE,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": FONT_SIZE,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "text.color": INK,
    "text.parse_math": False,
    "xtick.labelsize": FONT_SIZE,
    "ytick.labelsize": FONT_SIZE,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "xtick.major.size": 3.0,
    "ytick.major.size": 3.0,
    "legend.fontsize": FONT_SIZE,
    "legend.frameon": False,
    "lines.linewidth": 1.5,
    "hatch.linewidth": 0.5,
}


@dataclass(frozen=True, slots=True)
class Look:
    """How one group is drawn: colour, dashes (matplotlib's line style) and marker."""

    colour: str
    dashes: str | tuple[float, tuple[float, ...]]
    marker: str


LOOKS: Final = (
    Look("#12355b", "solid", "o"),
    Look("#d9651b", (0, (5.0, 1.6)), "s"),
    Look("#aa74ed", (0, (6.0, 1.5, 1.2, 1.5)), "^"),
    Look("#602407", (0, (1.4, 1.3)), "D"),
    Look("#2b9f81", (0, (9.0, 2.0)), "v"),
    Look("#af55a6", (0, (4.0, 1.4, 1.2, 1.4, 1.2, 1.4)), "P"),
)


@dataclass(frozen=True, slots=True)
class Fill:
    """How the area of one state is filled: colour, and matplotlib's hatch over it."""

    colour: str
    hatch: str = ""


FILLS: Final = (
    Fill("#042c7c"), Fill("#f4b890"), Fill("#187c68"),
    Fill("#aef4d6"), Fill("#86222c"), Fill("#7ca4f4"),
    Fill("#401840", "///"), Fill("#c2c254", "///"), Fill("#905ea4", "///"),
    Fill("#e07ca4", "///"), Fill("#865404", "///"), Fill("#c2ccf4", "///"),
)  # fmt: skip
"""Of stacked states from the bottom up: dark and light in turn, so that neighbours part in grey.

All colours differ for every colour vision. Six greys lie clearly apart; the next six are hatched.
"""
_IN_STYLE: Final = ContextVar("in_style", default=False)
NAIVE: Final = Look("#6b7075", (0, (3.0, 2.0)), "x")


def looks_for(groups: Sequence[str]) -> dict[str, Look]:
    """Give each group a look, in the order given; after six the looks repeat."""
    return {group: LOOKS[place % len(LOOKS)] for place, group in enumerate(groups)}


def fills_for(states: Sequence[str]) -> dict[str, Fill]:
    """Give each stacked state a fill, in the order given; after twelve the fills repeat."""
    return {state: FILLS[place % len(FILLS)] for place, state in enumerate(states)}


@contextmanager
def journal_style() -> Iterator[None]:
    """Draw in the house style, whatever the user's own matplotlib settings are.

    Starts from matplotlib's defaults, takes seaborn's "ticks" style and "paper" context, then
    `RC`; the user's settings return afterwards. Also usable as a decorator.

    Whether figures are shown is left as it is: notebooks rely on it. Within itself it does nothing.
    """
    if _IN_STYLE.get():
        yield
        return
    import matplotlib as mpl

    _load_notebook_backend()
    settings: Any = {**_settings(), "interactive": mpl.is_interactive()}
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(settings)
        token = _IN_STYLE.set(True)
        try:
            yield
        finally:
            _IN_STYLE.reset(token)


@cache
def _settings() -> dict[str, Any]:
    import seaborn as sns

    return {**sns.plotting_context("paper"), **sns.axes_style("ticks"), **RC}


def _load_notebook_backend() -> None:
    """Load the notebook's backend where that is still to come.

    Loading it turns on that figures are shown. Inside the style that would be undone at its end,
    and only the first figure of a session would be shown.
    """
    if "IPython" not in sys.modules:
        return
    import matplotlib as mpl

    backend = mpl.get_backend()
    if backend == INLINE and INLINE.removeprefix("module://") not in sys.modules:
        import matplotlib.pyplot as plt

        plt.switch_backend(backend)
