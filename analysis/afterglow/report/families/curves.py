"""Curves: Kaplan–Meier and Aalen–Johansen, with the values at stated days."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from afterglow.report.analysis_rows import AnalysisRows
from afterglow.report.blocks import Block
from afterglow.report.curve_figures import causes_figure, curve_figure
from afterglow.report.curve_values import values_table
from afterglow.report.presentation import Presentation
from afterglow.report.sentences import curve_finding
from afterglow.report.words import listed

SCALES: Final = {
    "log-log": "the log(−log) scale",
    "log": "the log scale",
    "plain": "the scale of the estimate itself",
    "logit": "the logit scale",
    "arcsin": "the arcsine scale",
}
PRODUCT_LIMIT: Final = (
    "Kaplan–Meier: the product-limit estimator with Greenwood's variance; limits on {scale}, "
    "pointwise. The median is the first time at which the curve is at or below one half, and the "
    "midpoint of the plateau where the curve lies exactly on one half, as R does; it is “not "
    "reached” where the curve stays above. Differences at a day have normal limits from the two "
    "curves' variances."
)
INCIDENCES: Final = (
    "Aalen–Johansen: the cumulative incidence of each cause, with every other cause competing; the "
    "incidences and the share without any of them add up to 100\u00a0% at every time. Variance: "
    "infinitesimal jackknife, as R's survfit; limits on {scale}, pointwise. The naive curve is one "
    "minus Kaplan–Meier with competing events taken as censoring; it answers what would happen "
    "if nobody could have them, under an assumption that these data cannot show to hold."
)


def _blocks(rows: AnalysisRows) -> Sequence[Block | None]:
    return (curve_figure(rows), causes_figure(rows), values_table(rows))


def _methods(words: str) -> Callable[[Sequence[AnalysisRows]], Iterator[str]]:
    def paragraphs(every: Sequence[AnalysisRows]) -> Iterator[str]:
        scales = {rows.analysis.conf_type: None for rows in every}
        yield words.format(scale=listed([SCALES[scale] for scale in scales], "or"))

    return paragraphs


KAPLAN_MEIER: Final = Presentation(
    summary="share without the event over time",
    finding=curve_finding,
    blocks=_blocks,
    methods=_methods(PRODUCT_LIMIT),
    headline=("survival",),
)
AALEN_JOHANSEN: Final = Presentation(
    summary="cumulative incidence over time",
    finding=curve_finding,
    blocks=_blocks,
    methods=_methods(INCIDENCES),
    headline=("incidence",),
)
