"""Tests that groups have the same hazard."""

from collections.abc import Iterator, Sequence
from typing import Final

from afterglow.report.analysis_rows import AnalysisRows
from afterglow.report.hazard_test import hazard_test_table
from afterglow.report.presentation import Presentation
from afterglow.report.sentences import logrank_finding
from afterglow.report.words import listed, lower_first, variable_label

WORDS: Final = (
    "Log-rank: observed against expected events over all times, with the hypergeometric variance"
    "{strata}. It tests equal hazards, and not equal shares on one day."
)


def _methods(every: Sequence[AnalysisRows]) -> Iterator[str]:
    strata = dict.fromkeys(rows.analysis.strata for rows in every if rows.analysis.strata)
    words = [lower_first(variable_label(name)) for name in strata]
    yield WORDS.format(
        strata=f", summed over strata of {listed(words)} where so said" if words else ""
    )


LOGRANK: Final = Presentation(
    summary="equality of hazards",
    finding=logrank_finding,
    blocks=lambda rows: (hazard_test_table(rows),),
    methods=_methods,
    headline=("logrank",),
)
