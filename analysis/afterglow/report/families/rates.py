"""Rates: the share who meet the criterion, under every rule for missing scores."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from afterglow.names import METHOD, STATISTIC_NAME
from afterglow.report.analysis_rows import AnalysisRows
from afterglow.report.method_words import interval_words, method_words
from afterglow.report.presentation import Presentation
from afterglow.report.rate_blocks import rates_figure, rates_table
from afterglow.report.sentences import event_label, rate_finding
from afterglow.report.words import counted, listed, lower_first, rule_label
from afterglow.study.results import SECTION

SHARES: Final = ("rate", "difference", "ratio")
DENOMINATORS: Final = (
    "The rate on a day uses the score nearest to that day within the window ({window}), the "
    "earlier one where two are as near, and each score once. Treated are all whose treatment "
    "began; with baseline, those with a usable baseline score; due, those followed up to the day "
    "or lost before it for a reason that is not administrative; observed, those due with a score "
    "in the window. Missing scores are counted by: {rules}."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RatePresentation(Presentation):
    """Rates name the method of each share: rate, difference, ratio."""

    def ran(self, rows: AnalysisRows) -> str:
        """Return the methods with the share that each belongs to."""
        mine = rows.table[(rows.table[SECTION] == "analysis") & (rows.table[METHOD] != "")]
        used = {name: mine.loc[mine[STATISTIC_NAME] == name, METHOD].tolist() for name in SHARES}
        return "; ".join(
            f"{name}, {listed(dict.fromkeys(map(method_words, words)))}"
            for name, words in used.items()
            if words
        )


def _methods(every: Sequence[AnalysisRows]) -> Iterator[str]:
    days = [rows.analysis for rows in every if rows.analysis.at_days]
    if days:
        widths = dict.fromkeys(one.window_days for one in days)
        window = listed([counted(width, "day") for width in widths], "or")
        rules = dict.fromkeys(rule for one in days for rule in one.missing)
        words = listed([lower_first(rule_label(rule)) for rule in rules])
        yield DENOMINATORS.format(window=f"{window} on either side", rules=words)
    names: dict[str, None] = {rows.analysis.method: None for rows in every}
    text = f"The interval of a rate is {_named(names)}"
    compared = [rows for rows in every if rows.contrasts]
    if compared:
        text += f"; of a difference of two rates, {_named(_used(compared, 'difference'))}"
        text += f"; of their ratio, {_named(_used(compared, 'ratio'))}"
        if any(rows.analysis.strata for rows in compared):
            text += ". Differences are within strata where so said, rates and ratios are not"
    yield f"{text}."


def _used(mine: Sequence[AnalysisRows], statistic: str) -> dict[str, None]:
    return {
        method: None for rows in mine for method in rows.rows(statistic)[METHOD].tolist() if method
    }


def _named(methods: dict[str, None]) -> str:
    return listed([interval_words(method) for method in methods], "or")


RATES: Final = RatePresentation(
    summary="share who meet the criterion",
    finding=rate_finding,
    blocks=lambda rows: (rates_figure(rows), rates_table(rows)),
    methods=_methods,
    headline=SHARES,
    theme="rates",
    variable=lambda rows: lower_first(event_label(rows)),
)
