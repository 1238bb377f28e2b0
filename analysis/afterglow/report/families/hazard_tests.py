"""Tests that groups have the same hazard: log-rank and its relatives, and max-combo."""

import math
from collections.abc import Iterator, Sequence
from typing import Final

from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.hazard_test import (
    hazard_test_table,
    max_combo_table,
    pairs_table,
)
from afterglow.report.presentation import Presentation
from afterglow.report.sentences import logrank_finding
from afterglow.report.words import counted, listed, lower_first, variable_label
from afterglow.tables import format as fmt

WORDS: Final = (
    "Log-rank: observed against expected events over all times, with the hypergeometric variance"
    "{strata}. It tests equal hazards, and not equal shares on one day."
)
WEIGHTS: Final = {
    "logrank": "",
    "peto": "the share still free just before it (Peto and Peto, as survdiff's rho = 1)",
    "gehan": "the number at risk (Gehan)",
    "tarone-ware": "the square root of the number at risk (Tarone and Ware)",
    "peto-peto": "the product of 1 − d / (n + 1) (Peto and Peto)",
    "modified-peto-peto": "the product of 1 − d / (n + 1) before it times n / (n + 1)",
}
TREND: Final = (
    "The trend compares the sum of each group's score times observed minus expected events with "
    "its variance (Tarone); scores are 1, 2, … in the order of the groups unless given."
)
PAIRS: Final = (
    "Pairs are tested on their own rows; their p values are adjusted for their number{how}."
)
ADJUSTMENTS: Final = {
    "holm": " by Holm's method",
    "bonferroni": " by Bonferroni's method",
    "hochberg": " by Hochberg's method",
    "hommel": " by Hommel's method",
    "bh": " by Benjamini and Hochberg's method, which keeps the false discovery rate",
    "by": " by Benjamini and Yekutieli's method, which keeps the false discovery rate",
    "none": " by nothing, as the plan says",
}
LARGEST: Final = (
    "Max-combo: the largest of the log-rank statistics with Fleming–Harrington weights (0, 0), "
    "(1, 0), (0, 1) and (1, 1), which look at all, early, late and middle times. Its p value comes "
    "from their joint normal distribution, and so pays for the choice; the p values of the parts "
    "do not."
)


def _finding(rows: AnalysisRows) -> str:
    words = logrank_finding(rows)
    trend = rows.one("logrank_trend")
    if trend is not None and not math.isnan(trend.p_value):
        words += f" A trend over the order of the groups has {fmt.p_statement(trend.p_value)}."
    pairs = [row for row in records(rows.rows("logrank_pair")) if not math.isnan(row.p_value)]
    if len(pairs) > 1:
        limit = 1.0 - rows.level
        low = [row for row in pairs if row.p_value < limit]
        words += (
            f" After adjustment {len(low) or 'none'} of {counted(len(pairs), 'pair')} of groups"
            f" {'has' if len(low) == 1 else 'have'} a p value below {fmt.trimmed(limit)}."
        )
    return words


def _weight_words(analysis) -> str:
    if analysis.weighting == "fleming-harrington":
        powers = zip(("S", "(1 − S)"), analysis.powers)
        said = [name if power == 1 else f"{name}^{fmt.trimmed(power)}"
                for name, power in powers if power]  # fmt: skip
        return f"{' '.join(said)} of the curve of all groups just before it (Fleming–Harrington)"
    return WEIGHTS[analysis.weighting]


def _methods(every: Sequence[AnalysisRows]) -> Iterator[str]:
    analyses = [rows.analysis for rows in every]
    strata = dict.fromkeys(one.strata for one in analyses if one.strata)
    names = [lower_first(variable_label(name)) for name in strata]
    yield WORDS.format(
        strata=f", summed over strata of {listed(names)} where so said" if names else ""
    )
    weights = dict.fromkeys(words for one in analyses if (words := _weight_words(one)))
    if weights:
        yield f"Where so said, each event time counts by {listed(list(weights), 'or')}."
    if any(one.trend for one in analyses):
        yield TREND
    yield from _pair_methods(every)


def _pair_methods(every: Sequence[AnalysisRows]) -> Iterator[str]:
    adjusted = dict.fromkeys(rows.analysis.adjust for rows in every if rows.analysis.pairs)
    if adjusted:
        yield PAIRS.format(how=listed([ADJUSTMENTS[name] for name in adjusted], "or"))


def _largest_finding(rows: AnalysisRows) -> str:
    found = list(records(rows.rows("max_combo")))
    known = [row for row in found if not math.isnan(row.p_value)]
    if not known:
        why = [row.warning for row in found if row.warning]
        return f"The groups could not be compared: {why[0] if why else 'nobody to analyse'}."
    said = [f"{fmt.p_statement(row.p_value)} ({row.group})" for row in known]
    many = ", adjusted for the number of pairs" if len(known) > 1 else ""
    return (
        f"The max-combo test of equal hazards, the largest of four weighted log-rank tests, gives"
        f" {listed(said)}{many}."
    )


def _largest_methods(every: Sequence[AnalysisRows]) -> Iterator[str]:
    yield LARGEST
    yield from _pair_methods(every)


LOGRANK: Final = Presentation(
    summary="equality of hazards",
    finding=_finding,
    blocks=lambda rows: (hazard_test_table(rows), pairs_table(rows)),
    methods=_methods,
    headline=("logrank",),
)
MAX_COMBO: Final = Presentation(
    summary="equality of hazards, wherever they differ",
    finding=_largest_finding,
    blocks=lambda rows: (max_combo_table(rows),),
    methods=_largest_methods,
    headline=("max_combo",),
)
