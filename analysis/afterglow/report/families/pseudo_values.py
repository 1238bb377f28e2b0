"""Regressions on pseudo-values: effects on the incidence or on the mean time."""

from collections.abc import Iterator, Sequence
from typing import Final

from afterglow.report.analysis_rows import AnalysisRows
from afterglow.report.blocks import Block
from afterglow.report.effect_blocks import EFFECTS, effect_finding, effect_forest, effect_table
from afterglow.report.parametric_blocks import events_words
from afterglow.report.presentation import Presentation
from afterglow.report.regression_blocks import (
    regression_finding,
    regression_forest,
    regression_table,
)
from afterglow.report.words import listed
from afterglow.study.pseudo_rows import effect_of
from afterglow.tables import format as fmt

MODEL: Final = (
    "Regression on pseudo-values: each subject's outcome is replaced by how much the estimate "
    "({what}) changes without that subject, which is known though the subject was censored; these "
    "values are regressed on the covariates by generalised estimating equations with the robust "
    "variance. {links} Censoring is taken not to depend on the covariates."
)
LINKS: Final = {
    "identity": "Effects are differences",
    "log": "ratios",
    "logit": "odds ratios",
    "cloglog": "ratios of subdistribution hazards",
}
MEASURES: Final = {
    "incidence": "the cumulative incidence at {days}, other causes competing",
    "restricted_mean": "the mean time without the event up to day {tau}",
}


def _finding(rows: AnalysisRows) -> str:
    effect = effect_of(rows.analysis)
    tell = effect_finding if effect in EFFECTS else regression_finding
    words = tell(rows, effect)
    known = rows.rows(effect)["estimate"].notna().any()
    return f"{words} {events_words(rows)}" if known else words


def _blocks(rows: AnalysisRows) -> Sequence[Block | None]:
    effect = effect_of(rows.analysis)
    if effect in EFFECTS:
        return (effect_forest(rows, effect), effect_table(rows, effect))
    return (regression_forest(rows, effect), regression_table(rows, effect))


def _methods(every: Sequence[AnalysisRows]) -> Iterator[str]:
    analyses = [rows.analysis for rows in every]
    what = []
    for one in analyses:
        days = listed([f"day {fmt.trimmed(day)}" for day in one.at_days])
        tau = fmt.trimmed(one.tau_days) if one.tau_days else ""
        what.append(MEASURES[one.measure].format(days=days, tau=tau))
    links = listed(dict.fromkeys(LINKS[one.link] for one in analyses), "or")
    said = links if links.startswith("Effects") else f"Effects are {links}"
    yield MODEL.format(what=listed(dict.fromkeys(what), "or"), links=f"{said}.")


PSEUDO_VALUES: Final = Presentation(
    summary="effect on the risk by a day, or on the mean time",
    finding=_finding,
    blocks=_blocks,
    methods=_methods,
    headline=(
        "risk_difference",
        "risk_ratio",
        "odds_ratio",
        "subdistribution_hazard_ratio",
        "mean_difference",
        "mean_ratio",
    ),
)
