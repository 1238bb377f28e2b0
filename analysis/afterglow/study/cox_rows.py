"""Rows of Cox regressions: hazard ratios, tests, concordance, the check of proportionality."""

from functools import partial

import pandas as pd

from afterglow.estimate.cox.model import cox
from afterglow.estimate.cox.proportionality import (
    GLOBAL,
    Proportionality,
    proportionality_test,
)
from afterglow.estimate.cox.result import Cox
from afterglow.names import (
    CONF_LEVEL,
    DURATION,
    EVENT,
    GROUP,
    HAZARD_RATIO,
    STATISTIC,
    SUBJECT,
    TERM,
    TRANSFORMED_TIME,
)
from afterglow.plan.cox_analyses import CoxAnalysis
from afterglow.study.changing import with_changes
from afterglow.study.curves import count_rows
from afterglow.study.regressions import Material, material, regression_rows
from afterglow.study.results import LEVEL, SECTION, Row
from afterglow.study.rows import analysis_head, attempted, not_estimated, statistics
from afterglow.study.setting import Setting

CONCORDANCE = "concordance"
PROPORTIONALITY = "proportional_hazards_test"
DRIFT = "log_hazard_ratio_over_time"
ADJUSTED = "adjusted_survival"
TESTS = {
    "likelihood ratio": "likelihood_ratio_test",
    "Wald": "wald_test",
    "score": "score_test",
    "robust score": "robust_score_test",
}


def cox_rows(
    name: str, analysis: CoxAnalysis, setting: Setting, *, headline: bool = False
) -> list[Row]:
    """Return the rows of a Cox regression; `headline` leaves its checks and curves out."""
    given = material(name, analysis, setting)
    if analysis.changing and len(given.rows):
        changed, why = attempted(lambda: with_changes(given, analysis.changing, setting))
        if changed is None:
            head = analysis_head(name, analysis, "analysis")
            return [*count_rows(head, given.found), not_estimated(head, HAZARD_RATIO, why)]
        given = changed
    return regression_rows(
        name, analysis, setting, partial(fitted, analysis), ratio=HAZARD_RATIO, given=given,
        more=None if headline else partial(_more, analysis, given),
    )  # fmt: skip


def fitted(analysis: CoxAnalysis, given: Material) -> Cox:
    """Fit the model that a plan asks for."""
    ridge = analysis.penalty == "ridge"
    return cox(
        given.rows, list(given.columns), duration=DURATION, event=EVENT, entry=given.entry,
        strata=given.strata, cluster=given.cluster, ties=analysis.ties,
        subject=SUBJECT if analysis.changing else None,
        robust=True if analysis.robust else None,
        penalty=("ridge", analysis.ridge_theta) if ridge else analysis.penalty,
        limits=analysis.limits, conf_level=analysis.conf_level,
    )  # fmt: skip


def _more(analysis: CoxAnalysis, given: Material, head: Row, model: Cox) -> list[Row]:
    if not model.fit.n_events:
        return []
    return [
        *_tests(head, given, model),
        *_concordance(head, analysis, model),
        *_proportionality(head, analysis, given, model),
        *(_curves(head, analysis, given, model) if analysis.curves_by else ()),
    ]


def _tests(head: Row, given: Material, model: Cox) -> list[Row]:
    """Test the whole model, and each term that has several coefficients."""
    rows = []
    for _, row in model.tests().tidy().iterrows():
        rows += statistics(head, TESTS[row[TERM]], row.to_frame().T.drop(columns=TERM))
    for term, columns in _columns_of(given).items():
        if len(columns) > 1:
            joint = model.tests(columns).tidy().drop(columns=TERM)
            rows += statistics(head, TESTS["Wald"], joint, **{LEVEL: term})
    return rows


def _concordance(head: Row, analysis: CoxAnalysis, model: Cox) -> list[Row]:
    found, why = attempted(lambda: model.concordance(weighting=analysis.concordance))
    if found is None:
        return [not_estimated(head, CONCORDANCE, why)]
    return statistics(head, CONCORDANCE, found.tidy().drop(columns=TERM))


def _proportionality(head: Row, analysis: CoxAnalysis, given: Material, model: Cox) -> list[Row]:
    """Test each term and all, and follow each term's coefficient over time."""
    if model.fit.warning:
        return []
    places = {column: place for place, column in enumerate(model.sample.design.terms)}
    terms = {
        term: tuple(places[column] for column in columns)
        for term, columns in _columns_of(given).items()
    }
    test, why = attempted(
        lambda: proportionality_test(
            model.sample.rows, model.fit, terms, transform=analysis.proportional_hazards
        )
    )
    if test is None:
        return [not_estimated(head, PROPORTIONALITY, why)]
    table = test.tidy()
    table[LEVEL] = table[TERM].replace({GLOBAL: ""})
    return [
        *statistics(head, PROPORTIONALITY, table.drop(columns=TERM)),
        *_drift(head, analysis, test, terms, model),
    ]


def _drift(
    head: Row, analysis: CoxAnalysis, test: Proportionality, terms: dict, model: Cox
) -> list[Row]:
    """Follow the terms of one coefficient over time; `statistic` is the transformed time."""
    smooth, _ = attempted(lambda: test.smooth(conf_level=analysis.conf_level))
    if smooth is None:
        return []
    own = {**head, SECTION: "curve"}
    single = {term for term, columns in terms.items() if len(columns) == 1}
    smooth = smooth[smooth[TERM].isin(single)]
    smooth = smooth.rename(columns={TERM: LEVEL, TRANSFORMED_TIME: STATISTIC})
    return statistics(own, DRIFT, smooth, **{CONF_LEVEL: analysis.conf_level})


def _curves(head: Row, analysis: CoxAnalysis, given: Material, model: Cox) -> list[Row]:
    """Predict a curve for each level of one term, the other columns at their mean."""
    profiles = profiles_of(str(analysis.curves_by), given)
    if profiles is None:
        return [not_estimated(head, ADJUSTED, f"{analysis.curves_by} is no category")]
    labels = profiles.index.tolist()
    times = sorted({0.0, *model.sample.rows.times[model.sample.rows.exit].tolist()})
    rows = []
    for section, asked in (("analysis", list(analysis.at_days)), ("curve", times)):
        if not asked:
            continue
        curves = model.predict(profiles.reset_index(drop=True), asked, conf_type=analysis.conf_type)
        table = curves.tidy()
        table[GROUP] = [labels[row - 1] for row in table["row"]]
        rows += statistics({**head, SECTION: section}, ADJUSTED, table.drop(columns=TERM))
    return rows


def profiles_of(term: str, given: Material) -> pd.DataFrame | None:
    """Return the covariates of each level of a category, the reference first, as the index."""
    own = [column for column in _columns_of(given).get(term, []) if ": " in column]
    if not own:
        return None
    mean = given.rows[list(given.columns)].mean()
    reference = own[0].rpartition(" vs ")[2]
    rows = {reference: mean.copy()}
    rows[reference][own] = 0.0
    for column in own:
        label = column.removeprefix(f"{term}: ").rpartition(" vs ")[0]
        rows[label] = rows[reference].copy()
        rows[label][column] = 1.0
    return pd.DataFrame(rows).T


def _columns_of(given: Material) -> dict[str, list[str]]:
    terms: dict[str, list[str]] = {}
    for column in given.columns:
        terms.setdefault(given.terms[column], []).append(column)
    return terms
