"""Curves weighted by the inverse chance of having gone without a booster."""

from collections.abc import Iterator, Sequence
from typing import Final

from afterglow.report.analysis_rows import AnalysisRows
from afterglow.report.presentation import Presentation
from afterglow.report.weighting_blocks import (
    curves_figure,
    estimates_table,
    model_table,
    weights_figure,
)
from afterglow.report.weighting_words import finding, positivity_table
from afterglow.report.words import either, with_article

HOW: Final = (
    "Weighted Kaplan–Meier (Robins and Finkelstein 2000): {kinds} ends what is seen, and each "
    "subject who goes on without weighs the inverse of the chance to have done so, from a pooled "
    "logistic model of “on this day, as not before it”. A decision is taken on the newest "
    "score, of the same day where there is a visit; days of visits and days between have models of "
    "their own. An event seen at a visit weighs the decisions before that visit; where a run waits "
    "for confirmation, those before the visit that confirms or breaks it. {stable} Limits: "
    "subjects are resampled and the weights estimated anew in each resample."
)
STABLE: Final = "Weights are stabilised by the chance at that time whatever the score."
ASSUMED: Final = (
    "It assumes that all reasons for {kinds} that also foretell the event are in the model: of two "
    "subjects alike in these on the same day, the one about to have the event is as likely to have "
    "{kinds} as the other. And it needs some at each score who went without. Neither can be shown "
    "from these data; the second is looked at, and whether each site and arm had as many as the "
    "model expects."
)


def _methods(every: Sequence[AnalysisRows]) -> Iterator[str]:
    named = dict.fromkeys(kind for rows in every for kind in rows.analysis.weight_for)
    kinds = either([with_article(kind) for kind in named])
    stable = STABLE if any(rows.analysis.stabilized for rows in every) else ""
    yield HOW.format(kinds=kinds, stable=stable).replace("  ", " ")
    yield ASSUMED.format(kinds=kinds)


WEIGHTED_CURVES: Final = Presentation(
    summary="share without the event over time, but for what is weighted for",
    finding=finding,
    blocks=lambda rows: (
        curves_figure(rows),
        estimates_table(rows),
        weights_figure(rows),
        positivity_table(rows),
        model_table(rows),
    ),
    methods=_methods,
    headline=("survival",),
)
