"""Restricted mean times: how long on average, up to a day."""

from collections.abc import Iterator, Sequence
from typing import Final

from afterglow.report.analysis_rows import AnalysisRows
from afterglow.report.mean_time_blocks import (
    mean_time_figure,
    mean_time_finding,
    mean_time_table,
)
from afterglow.report.presentation import Presentation
from afterglow.report.words import listed
from afterglow.tables import format as fmt

MEAN: Final = (
    "Restricted mean time: the area under the Kaplan–Meier curve up to the stated day, which is "
    "the mean number of days without the event within it. Its variance is that of the area "
    "(Greenwood's sum, as survRM2 and survfit's rmean; the infinitesimal jackknife with clusters); "
    "limits of differences are normal, those of ratios on the log scale. It needs no proportional "
    "hazards, and depends on the day, which was chosen in the plan."
)
MEDIAN: Final = (
    "Medians are compared by {count} bootstrap resamples of the subjects within their groups, "
    "percentile limits; a median that a resample does not reach counts as later than all."
)


def _methods(every: Sequence[AnalysisRows]) -> Iterator[str]:
    yield MEAN
    counts = dict.fromkeys(rows.analysis.resamples for rows in every if rows.analysis.medians)
    if counts:
        yield MEDIAN.format(count=listed([fmt.count(count) for count in counts], "or"))


RMST: Final = Presentation(
    summary="mean time without the event up to a day",
    finding=mean_time_finding,
    blocks=lambda rows: (mean_time_figure(rows), mean_time_table(rows)),
    methods=_methods,
    headline=("restricted_mean",),
)
