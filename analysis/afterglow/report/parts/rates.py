"""Response and remission rates, under every rule for missing scores."""

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from afterglow.report.analysis_section import theme_section
from afterglow.report.blocks import Section
from afterglow.report.rate_blocks import denominators_table
from afterglow.report.themes import RATES, members

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
    found = theme_section(study, RATES, TITLE, INTRO)
    if found is None:
        return None
    last = Section(
        name="denominators-section",
        title="Denominators",
        blocks=(denominators_table(members(study, RATES)),),
    )
    return replace(found, sections=(*found.sections, last))
