"""Target trials: the sheet, curves by strategy, who followed, the model of a booster."""

from collections.abc import Iterator, Sequence
from typing import Final

from afterglow.report.analysis_rows import AnalysisRows
from afterglow.report.presentation import Presentation
from afterglow.report.trial_blocks import estimates_table
from afterglow.report.trial_figures import relapse_figure, survival_figure
from afterglow.report.trial_followed import followed_table, model_table, weights_table
from afterglow.report.trial_sheet import known_words, target_sheet
from afterglow.report.trial_words import trial_finding
from afterglow.report.words import listed
from afterglow.tables import format as fmt

EMULATED: Final = (
    "Target trial: strategies of boosters are compared by cloning, censoring and weighting "
    "(Hernán and Robins 2016; Cain and others 2010). Each subject is copied into every strategy "
    "that it could still follow at time zero, so that no time is immortal and nothing is decided "
    "by what came later. A copy is censored when its subject leaves the strategy, on whole days, "
    "the outcome of a day before its booster. Whoever goes on weighs the inverse of the chance "
    "of having done so: over all days on which a booster could be begun, the chance under the "
    "strategy by the chance in such subjects, from a pooled logistic model of a booster on a day "
    "given {known}. Within the days of grace boosters come as they do in those who are given one "
    "in time, and by the last day at the latest. Weights are truncated at the shares that the "
    "plan names, of each strategy's weights before the event. Limits come from resamples of "
    "subjects with all their copies (from {resamples} on), the model, the timing and the weights "
    "estimated anew in each: normal on the log(−log) scale for shares, normal for differences "
    "and means. A subject without the outcome counts to the last visit that shows so; where days "
    "in relapse are counted, one with it is followed on to the end of its path, and leaves its "
    "strategy after the outcome as before it. Loss to follow-up, and whatever else the plan "
    "censors, is taken to tell nothing of what would have followed."
)
HABIT: Final = (
    "Boosters come in rhythms, every 14 days to the day, say: the model is told how usual a "
    "booster is so many days after the session before (or after a relapse came to be known), each "
    "day borrowing from the three before and after it; this part is taken as known in the "
    "resamples."
)


def _methods(every: Sequence[AnalysisRows]) -> Iterator[str]:
    known = dict.fromkeys(known_words(rows) for rows in every)
    resamples = min(rows.analysis.resamples for rows in every)
    yield EMULATED.format(known=listed(list(known), "or"), resamples=fmt.count(resamples))
    yield HABIT


TARGET_TRIAL: Final = Presentation(
    summary="share free of the event under strategies of boosters",
    finding=trial_finding,
    blocks=lambda rows: (
        target_sheet(rows),
        survival_figure(rows),
        relapse_figure(rows),
        estimates_table(rows),
        followed_table(rows),
        weights_table(rows),
        model_table(rows),
    ),
    methods=_methods,
    headline=("survival", "restricted_mean"),
    theme="target-trial",
)
