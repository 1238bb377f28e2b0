"""Rows of analyses of competing causes: Gray's test, subdistribution and cause-specific hazards."""

from functools import partial

import pandas as pd

from afterglow.estimate.competing.cause_specific import cause_specific_cox
from afterglow.estimate.competing.cause_specific_result import CauseSpecificCox
from afterglow.estimate.competing.fine_gray import CRR, FINEGRAY, fine_gray
from afterglow.estimate.competing.fine_gray_result import FineGray
from afterglow.estimate.competing.gray import TEST, gray_test
from afterglow.estimate.competing.predicted import PredictedIncidence
from afterglow.names import (
    CAUSE,
    DURATION,
    ESTIMATE,
    EXPECTED,
    GROUP,
    HAZARD_RATIO,
    OBSERVED,
    TERM,
)
from afterglow.plan.competing_analyses import (
    CauseSpecificCoxAnalysis,
    FineGrayAnalysis,
    GrayTestAnalysis,
    IncidenceRegression,
)
from afterglow.study.analysed import analysed
from afterglow.study.cox_rows import TESTS, profiles_of
from afterglow.study.curves import NOBODY, count_rows, with_entry
from afterglow.study.groups import STRATUM
from afterglow.study.regressions import Material, coefficient_rows, material, regression_rows
from afterglow.study.results import SECTION, Row
from afterglow.study.rows import analysis_head, attempted, not_estimated, statistics
from afterglow.study.setting import Setting

GRAY_TEST = "gray_test"
SUBDISTRIBUTION_HAZARD_RATIO = "subdistribution_hazard_ratio"
ADJUSTED_INCIDENCE = "adjusted_incidence"


def gray_rows(
    name: str, analysis: GrayTestAnalysis, setting: Setting, *, headline: bool = False
) -> list[Row]:
    """Return Gray's test of each cause; `term` is the cause, the endpoint's under its name."""
    head = analysis_head(name, analysis, "analysis")
    found = analysed(name, analysis, setting)
    counts = count_rows(head, found)
    own = {TERM: analysis.endpoint}
    if not len(found.rows):
        return [*counts, not_estimated(head, GRAY_TEST, NOBODY, **own)]
    rows, entry = with_entry(found.rows)
    every = analysis.every_cause and not headline
    test, why = attempted(
        lambda: gray_test(
            rows, by=GROUP, duration=DURATION, cause=CAUSE, entry=entry, rho=analysis.rho,
            of=None if every else analysis.endpoint, strata=STRATUM if STRATUM in rows else None,
        )
    )  # fmt: skip
    if test is None:
        return [*counts, not_estimated(head, GRAY_TEST, why, **own)]
    table = test.tidy()
    tested = table[table[TERM] == TEST].assign(**{TERM: lambda t: t[CAUSE]})
    made = statistics(head, GRAY_TEST, tested)
    if analysis.endpoint not in set(tested[CAUSE]):
        made.insert(0, not_estimated(head, GRAY_TEST, "nobody had this event", **own))
    groups = table[table[TERM] != TEST].assign(**{TERM: lambda t: t[CAUSE]})
    for statistic_name in (OBSERVED, EXPECTED):
        counted = groups[[TERM, GROUP, statistic_name]].rename(columns={statistic_name: ESTIMATE})
        made += statistics(head, statistic_name, counted)
    return [*counts, *made]


def fine_gray_rows(
    name: str, analysis: FineGrayAnalysis, setting: Setting, *, headline: bool = False
) -> list[Row]:
    """Return the rows of a Fine–Gray regression; `headline` leaves tests and curves out."""
    given = material(name, analysis, setting)
    return regression_rows(
        name, analysis, setting, partial(fitted_subdistribution, analysis),
        ratio=SUBDISTRIBUTION_HAZARD_RATIO,
        more=None if headline else partial(_more, analysis, given),
    )  # fmt: skip


def fitted_subdistribution(analysis: FineGrayAnalysis, given: Material) -> FineGray:
    """Fit the Fine–Gray model that a plan asks for."""
    ties = analysis.ties or (CRR if given.entry is None else FINEGRAY)
    return fine_gray(
        given.rows, list(given.columns), of=analysis.endpoint, duration=DURATION, cause=CAUSE,
        ties=ties, entry=given.entry, strata=given.strata, cluster=given.cluster,
        robust=analysis.robust, conf_level=analysis.conf_level,
    )  # fmt: skip


def _more(analysis: FineGrayAnalysis, given: Material, head: Row, model: FineGray) -> list[Row]:
    return [*_tests(head, model.tests().tidy()), *_incidences(head, analysis, given, model)]


def _tests(head: Row, tests: pd.DataFrame) -> list[Row]:
    return [
        row
        for _, test in tests.iterrows()
        for row in statistics(head, TESTS[test[TERM]], test.to_frame().T.drop(columns=TERM))
    ]


def cause_specific_rows(
    name: str, analysis: CauseSpecificCoxAnalysis, setting: Setting, *, headline: bool = False
) -> list[Row]:
    """Return the rows of one Cox model per cause, whose name is in `group`."""
    head = analysis_head(name, analysis, "analysis")
    given = material(name, analysis, setting)
    counts = count_rows(head, given.found)
    if not len(given.rows):
        return [*counts, not_estimated(head, HAZARD_RATIO, NOBODY)]
    model, why = attempted(lambda: fitted_causes(analysis, given))
    if model is None:
        return [*counts, not_estimated(head, HAZARD_RATIO, why)]
    rows: list[Row] = []
    causes = sorted(model.models, key=lambda cause: cause != analysis.endpoint)
    for cause in causes:
        table = model.models[cause].tidy().assign(**{GROUP: cause})
        rows += coefficient_rows(head, table, given.terms, ratio=HAZARD_RATIO)
    if headline:
        return [*counts, *rows]
    tests = model.tests().tidy()
    for cause in causes:
        rows += _tests({**head, GROUP: cause}, tests[tests[CAUSE] == cause].drop(columns=CAUSE))
    return [*counts, *rows, *_incidences(head, analysis, given, model)]


def fitted_causes(analysis: CauseSpecificCoxAnalysis, given: Material) -> CauseSpecificCox:
    """Fit the cause-specific models that a plan asks for."""
    return cause_specific_cox(
        given.rows, list(given.columns), duration=DURATION, cause=CAUSE, entry=given.entry,
        strata=given.strata, cluster=given.cluster, ties=analysis.ties,
        robust=True if analysis.robust else None, conf_level=analysis.conf_level,
    )  # fmt: skip


def _incidences(
    head: Row, analysis: IncidenceRegression, given: Material, model: FineGray | CauseSpecificCox
) -> list[Row]:
    """Predict incidences for each level of one term, the other columns at their mean."""
    if analysis.curves_by is None:
        return []
    own = {TERM: analysis.endpoint}
    profiles = profiles_of(analysis.curves_by, given)
    if profiles is None:
        why = f"{analysis.curves_by} is no category"
        return [not_estimated(head, ADJUSTED_INCIDENCE, why, **own)]
    rows: list[Row] = []
    for section, asked in (("analysis", list(analysis.at_days)), ("curve", None)):
        if asked == []:
            continue
        found = _predicted(analysis, model, profiles, asked)
        table = found.tidy()
        table = table[table[CAUSE] != ""].drop(columns=CAUSE)
        rows += statistics({**head, SECTION: section}, ADJUSTED_INCIDENCE, table)
    return rows


def _predicted(
    analysis: IncidenceRegression,
    model: FineGray | CauseSpecificCox,
    profiles: pd.DataFrame,
    asked: list[float] | None,
) -> PredictedIncidence:
    return model.predict(profiles, asked, conf_type=analysis.conf_type)
