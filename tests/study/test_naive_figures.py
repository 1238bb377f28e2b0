"""Three naive figures of one endpoint: why each differs, recomputed from the derived rows."""

from dataclasses import replace
from fractions import Fraction

import pytest
from support.demo_setting import NAME, demo_setting
from support.slow_estimates import incidence, survival
from support.studies import row

from afterglow.plan.analyses import AalenJohansenAnalysis
from afterglow.plan.strategy_analyses import StrategyComparisonAnalysis
from afterglow.plan.weighting_analyses import WeightedKaplanMeierAnalysis
from afterglow.study.incidence import incidence_rows
from afterglow.study.results import results_from
from afterglow.study.strategy_rows import strategy_rows

DAY = 56.0
ASKED = {"endpoint": "relapse", "population": "evaluable", "at_days": (DAY,)}
CENSORED = dict.fromkeys(("switch", "ect", "withdrawal", "death"), "censor")
WEIGHTED = "hypothetical, weighted"


@pytest.fixture(scope="module")
def given():
    setting = demo_setting()
    weights = WeightedKaplanMeierAnalysis(
        estimator="weighted_kaplan_meier", **ASKED, strategy=CENSORED, resamples=100
    )
    return replace(setting, plan=setting.plan.model_copy(update={"analysis": {"w": weights}}))


@pytest.fixture(scope="module")
def compared(given):
    asked = StrategyComparisonAnalysis(estimator="strategy_comparison", **ASKED, weighted="w")
    return results_from(strategy_rows(NAME, asked, given))


@pytest.fixture(scope="module")
def derived(given):
    """The rows in which everything competes, of the population's first cycles."""
    rows = given.derived.rows
    mine = rows[(rows["endpoint"] == "relapse") & (rows["cycle"] == 1)]
    return mine[mine["subject_id"].isin(given.population("evaluable")["subject_id"])]


def slow(rows, censored: tuple[str, ...], until: str = "duration_days") -> list[tuple]:
    """Entry, end and cause of those with time at risk.

    These causes are taken as censoring; whatever is not the event ends in the column `until`.
    """
    found = []
    for one in rows.to_dict("records"):
        end = one["duration_days" if one["cause"] in ("", "relapse") else until]
        entry = one["entry_days"] or None
        if entry is None or end > entry:
            found.append((entry, end, "" if one["cause"] in censored else one["cause"]))
    return found


def at_day(steps: dict[float, Fraction]) -> float:
    return float(next(value for day, value in reversed(steps.items()) if day <= DAY))


def free(found, statistic: str, group: str) -> float:
    return row(found, statistic, section="analysis", group=group, time_days=DAY)["estimate"]


def test_alone_everything_that_competes_is_censored_on_its_day(given, derived):
    asked = AalenJohansenAnalysis(estimator="aalen_johansen", **ASKED)
    rows = results_from(incidence_rows(NAME, asked, given))
    found = row(rows, "naive_incidence", section="analysis", time_days=DAY)["estimate"]
    by_hand = survival(slow(derived, ("booster", *CENSORED)))
    assert found == pytest.approx(1 - at_day(by_hand), rel=1e-12)


def test_among_the_strategies_the_booster_alone_is_censored_on_its_day(compared, derived):
    found = free(compared, "free_of_event", "hypothetical, naive")
    by_hand = incidence(slow(derived, ("booster",)), "relapse")
    assert found == pytest.approx(1 - at_day(by_hand), rel=1e-12)


def test_beside_the_weights_all_leave_at_the_last_visit_that_showed_them_free(compared, derived):
    rows = slow(derived, ("booster", *CENSORED), "lower_days")
    found = free(compared, "free_without_weights", WEIGHTED)
    assert found == pytest.approx(at_day(survival(rows)), rel=1e-12)
    assert row(compared, "n", group=WEIGHTED, section="analysis")["estimate"] == len(rows)
    assert len(rows) < len(derived)


def test_who_has_no_time_at_risk_is_counted_by_what_came_first(compared, derived):
    found = compared.select(statistic_name="n_without_time_at_risk")
    counts = dict(zip(found["level"], found["estimate"], strict=True))
    late = derived["entry_days"] > 0
    ended = (derived["cause"] != "") & (derived["cause"] != "relapse")
    unseen = derived[late & ended & (derived["lower_days"] <= derived["entry_days"])]
    assert counts.pop("") == len(unseen) > 0
    assert counts == unseen["cause"].value_counts().to_dict()
