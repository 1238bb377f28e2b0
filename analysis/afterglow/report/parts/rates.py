"""Response and remission rates, under every rule for missing scores."""

from typing import TYPE_CHECKING, Final

from afterglow.report.analysis_section import theme_section
from afterglow.report.blocks import Section
from afterglow.report.themes import RATES

if TYPE_CHECKING:
    from afterglow.study.run import Study

TITLE: Final = "Response and remission"
INTRO: Final = (
    "The share of subjects who meet a criterion, on stated days or at all. Subjects with a "
    "missing score are counted by several rules side by side; the denominators are given for "
    "each."
)


def section(study: "Study") -> Section | None:
    """Return the analyses of this theme; None where the plan has none."""
    return theme_section(study, RATES, TITLE, INTRO)
