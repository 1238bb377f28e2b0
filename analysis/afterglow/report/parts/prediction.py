"""Prediction for one subject: models, and how far they can be trusted."""

from typing import TYPE_CHECKING, Final

from afterglow.report.analysis_section import theme_section
from afterglow.report.blocks import Section
from afterglow.report.themes import PREDICTION

if TYPE_CHECKING:
    from afterglow.study.run import Study

TITLE: Final = "Prediction"
INTRO: Final = (
    "What can be said of one subject, from the scores and sessions so far? Each model has one "
    "target, which it names, and stands beside its rivals: baseline predictors alone, and the "
    "curve that knows nothing of the subject."
)


def section(study: "Study") -> Section | None:
    """Return the analyses of this theme; None where the plan has none."""
    return theme_section(study, PREDICTION, TITLE, INTRO)
