"""A comparison of strategies on six subjects worked by hand, and on the demo cohort."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from support.cohorts import cohort_of
from support.demo_setting import NAME, demo_setting
from support.plan_text import plan_of_text
from support.studies import row

from afterglow.plan.analyses import AalenJohansenAnalysis, KaplanMeierAnalysis
from afterglow.plan.strategy_analyses import StrategyComparisonAnalysis
from afterglow.plan.weighting_analyses import WeightedKaplanMeierAnalysis
from afterglow.study.curves import survival_rows
from afterglow.study.incidence import incidence_rows
from afterglow.study.last_scores import known_scores, scores_at_risk, scores_before
from afterglow.study.results import results_from
from afterglow.study.run import run
from afterglow.study.strategy_roles import primary_rows
from afterglow.study.strategy_rows import compared, strategy_rows
from afterglow.study.strategy_weighted import OUTSIDE, weighted_rows
from afterglow.study.weighting import weighted_fit

POLICY, COMPETING, NAIVE, COMPOSITE = STRATEGIES = (
    "treatment policy",
    "competing",
    "hypothetical, naive",
    "composite",
)
PLAN = """
[course]
other_gaps_days = [7, 14, 21]

[endpoint.response]
kind = "response"
instrument = "MADRS"
improvement_at_least_percent = 50

[endpoint.relapse]
kind = "relapse"
instrument = "MADRS"
score_at_least = 22
confirm = { visits = 2, gap_days = [5, 15] }
"""
COMPARE = """
[analysis.strategies]
estimator = "strategy_comparison"
endpoint = "relapse"
at_days = [14, 28]
"""
# Everybody responds on day 8, where the clock starts, and is seen every week. Two are given a
# booster on day 24: one is well, the other has had one high score that waits for the next visit.
# One ends with a high score that no visit confirms.
SCORES = {
    "relapses at 7": {15: 24, 22: 26, 29: 10},
    "boosted, well": {15: 10, 22: 12, 29: 12, 36: 10},
    "boosted, waiting": {15: 10, 22: 24, 29: 25, 36: 10},
    "relapses at 28": {15: 10, 22: 10, 29: 10, 36: 23, 43: 24},
    "stays well": {15: 10, 22: 10, 29: 10, 36: 10, 43: 10},
    "ends waiting": {15: 10, 22: 10, 29: 10, 36: 24},
}
BOOSTER = 24
FREE = {
    ("max_gap_days", "10"): ("4/9", "7/12", "5/12", "1/4"),
    ("max_gap_days", "21"): ("4/9", "4/9", "4/9", "4/9"),
    ("session_while_pending", "relapse"): ("4/9", "5/12", "1/3", "1/4"),
    ("session_while_pending", "look-through"): ("4/9", "5/12", "1/3", "1/4"),
    ("unconfirmed", "event"): ("1/3", "1/2", "5/18", "1/6"),
    ("unconfirmed", "censor-at-visit"): ("1/2", "2/3", "5/9", "1/3"),
}


def six(boosters=("boosted, well", "boosted, waiting"), scores=SCORES):
    sessions = [(name, day, 1, "") for name in scores for day in (0, 7)]
    return cohort_of(
        subjects=pd.DataFrame({"subject_id": list(scores)}),
        scores=[
            (name, day, "MADRS", score, "pre-dose" if day == 0 else "")
            for name, mine in scores.items()
            for day, score in {0: 30, 8: 10, **mine}.items()
        ],
        sessions=[*sessions, *((name, BOOSTER, 1, "") for name in boosters)],
        events=[],
        follow_up=[(name, 50, "administrative") for name in scores],
    )


def results(cohort, *more: str):
    return run(plan_of_text(PLAN, COMPARE, *more), cohort).results


@pytest.fixture(scope="module")
def worked():
    return results(six())


def free(found, strategy: str, day: float = 28.0, **where) -> float:
    words = {"section": "analysis", "group": strategy, "time_days": day, **where}
    return float(row(found, "free_of_event", **words)["estimate"])


def test_by_hand(worked):
    for strategy, wanted in zip(STRATEGIES, FREE["max_gap_days", "10"], strict=True):
        assert free(worked, strategy) == pytest.approx(float(Fraction(wanted)), rel=1e-14)
    assert free(worked, POLICY, 14.0) == pytest.approx(2 / 3)
    assert free(worked, COMPOSITE, 14.0) == pytest.approx(5 / 6)
    medians = worked.select(section="analysis", statistic_name="median").set_index("group")
    assert medians["estimate"][[POLICY, NAIVE, COMPOSITE]].tolist() == [28.0, 28.0, 22.0]
    assert medians["warning"][COMPETING].startswith("not reached")
    assert medians["warning"][NAIVE].startswith("naive: ")
    either = row(worked, "event_free", time_days=28.0)
    assert either["estimate"] == pytest.approx(1 / 4)
    assert row(worked, "worst_case", time_days=28.0)["estimate"] == pytest.approx(1 / 4)
    assert row(worked, "best_case", time_days=28.0)["estimate"] == pytest.approx(7 / 12)


@pytest.mark.parametrize("choice", FREE, ids=" ".join)
def test_other_choices_by_hand(worked, choice):
    rule, word = choice
    for strategy, wanted in zip(STRATEGIES, FREE[choice], strict=True):
        found = free(worked, strategy, section="sensitivity", term=rule, level=word)
        assert found == pytest.approx(float(Fraction(wanted)), rel=1e-14)


def test_counts_and_what_the_strategies_make_of_boosters(worked):
    events = worked.select(section="analysis", statistic_name="n_events").set_index("group")
    assert events["estimate"][list(STRATEGIES)].tolist() == [3, 2, 2, 4]
    subjects = worked.select(section="analysis", statistic_name="n")
    assert set(subjects["estimate"]) == {6.0}
    curve = worked.select(section="curve", statistic_name="free_of_event")
    said = curve.groupby("group")["strategy"].unique().map(list).to_dict()
    assert said == {
        POLICY: ["booster = ignore"],
        COMPETING: ["booster = competing"],
        NAIVE: ["booster = censor"],
        COMPOSITE: ["booster = event"],
    }


def test_why_they_differ_by_hand(worked):
    assert row(worked, "n_came_first", term="booster", time_days=28.0)["estimate"] == 2
    assert row(worked, "n_came_first", term="booster", time_days=14.0)["estimate"] == 0
    assert row(worked, "n_event_seen")["estimate"] == 1
    means = worked.select(statistic_name="last_score_mean").set_index("level")
    assert means["estimate"].to_dict() == {"concerned": 18.0, "others at risk": 10.0}
    apart = row(worked, "last_score_difference")
    assert apart["estimate"] == 8.0
    assert apart["std_error"] == pytest.approx(6.0)
    pending = row(
        worked, "n_affected", term="session_while_pending", section="sensitivity", level=""
    )
    assert pending["estimate"] == 1


@pytest.mark.parametrize(
    ("analysis", "group", "otherwise"),
    [
        ('estimator = "aalen_johansen"', COMPETING, ""),
        (
            'estimator = "kaplan_meier"\nnaive = true',
            NAIVE,
            "treats other events in another way: death, ECT, switch of treatment and withdrawal",
        ),
        ('estimator = "kaplan_meier"\nstrategy = { booster = "event" }', COMPOSITE, ""),
        ('estimator = "kaplan_meier"\nstrategy = { booster = "ignore" }', POLICY, ""),
        ('estimator = "kaplan_meier"\nstrategy = { booster = "censor" }', NAIVE, ""),
    ],
)
def test_the_primary_strategy_is_the_primary_analysis_own(analysis, group, otherwise):
    text = f'[analysis.first]\nrole = "primary"\nendpoint = "relapse"\n{analysis}\n'
    plan = plan_of_text(PLAN, COMPARE, text)
    (found,) = primary_rows({}, plan.analysis["strategies"], plan)
    assert (found["group"], found["level"], found["estimate"]) == (group, "first", 1.0)
    assert found["warning"] == otherwise


def test_without_a_primary_analysis_of_the_endpoint_none_is_named(worked):
    assert row(worked, "primary_strategy")["estimate"] == 0


def test_nobody_boosted_all_equal():
    found = results(six(boosters=()))
    assert len({free(found, strategy) for strategy in STRATEGIES}) == 1
    assert row(found, "n_came_first", time_days=28.0)["estimate"] == 0
    assert found.select(statistic_name="last_score_mean").empty


def test_everybody_boosted():
    found = results(six(boosters=SCORES))
    assert free(found, COMPOSITE) == 0
    assert free(found, COMPETING) == pytest.approx(5 / 6)


def test_nobody_relapses():
    found = results(six(scores={"boosted, well": {15: 10, 36: 10}, "well": {15: 10, 36: 10}}))
    assert [free(found, s) for s in (POLICY, COMPETING, NAIVE)] == [1, 1, 1]


def test_nobody_to_analyse_is_said():
    found = results(six(scores={"ill": {8: 30, 15: 30}}))
    assert row(found, "free_of_event")["warning"] == "nobody to analyse"


def test_rules_that_decide_nothing_are_left_out():
    plan = plan_of_text(PLAN.replace("confirm = { visits = 2, gap_days = [5, 15] }", ""), COMPARE)
    found = run(plan, six()).results
    assert set(found.select(statistic_name="as_planned")["term"]) == {"max_gap_days"}


# --------------------------------------------------------------------------- on the demo cohort

ASKED = {"endpoint": "relapse", "population": "evaluable", "at_days": (28.0, 56.0)}
DEMO = StrategyComparisonAnalysis(estimator="strategy_comparison", **ASKED)


@pytest.fixture(scope="module")
def demo():
    return results_from(strategy_rows(NAME, DEMO, demo_setting()))


def test_numbers_are_those_of_the_analyses_alone(demo):
    setting = demo_setting()
    incidence = AalenJohansenAnalysis(estimator="aalen_johansen", **ASKED)
    alone = results_from(incidence_rows(NAME, incidence, setting))
    own = row(alone, "incidence", section="analysis", term="relapse", time_days=56.0)
    assert free(demo, COMPETING, 56.0) == 1 - own["estimate"]
    gone = row(alone, "event_free", section="analysis", time_days=56.0)
    assert row(demo, "event_free", time_days=56.0)["estimate"] == gone["estimate"]
    censored = dict.fromkeys(("switch", "ect", "withdrawal", "death"), "censor")
    curve = KaplanMeierAnalysis(
        estimator="kaplan_meier", **ASKED, strategy={**censored, "booster": "event"}
    )
    composite = results_from(survival_rows(NAME, curve, setting))
    only = StrategyComparisonAnalysis(estimator="strategy_comparison", **ASKED, strategy=censored)
    both = results_from(strategy_rows(NAME, only, setting, headline=True))
    mine = row(both, "free_of_event", group=COMPOSITE, time_days=56.0)
    other = row(composite, "survival", section="analysis", time_days=56.0)
    for column in ("estimate", "conf_low", "conf_high"):
        assert mine[column] == other[column]


def test_the_order_that_must_hold_holds_under_every_choice(demo):
    table = demo.select(statistic_name="free_of_event")
    keys = ["section", "term", "level", "time_days"]
    wide = table.pivot_table(index=keys, columns="group", values="estimate").dropna()
    assert len(wide) > 50
    assert (wide[COMPOSITE] <= wide[NAIVE] + 1e-12).all()
    assert (wide[NAIVE] <= wide[COMPETING] + 1e-12).all()


def test_last_scores_against_a_slow_twin():
    setting = demo_setting()
    rows = compared(NAME, DEMO, setting).frames[COMPETING]
    known = known_scores(setting.plan.endpoint["relapse"], setting)
    times = np.array([1.0, 7.0, 13.5, 28.0, 56.0])
    total, number = scores_at_risk(rows, known, times)
    scores = dict(iter(known.groupby("subject_id")))
    for place, t in enumerate(times):
        found = []
        for one in rows.itertuples():
            if not (one.entry_days < t or one.entry_days == 0) or t > one.duration_days:
                continue
            mine = scores[one.subject_id]
            before = mine[mine["known_from"] <= one.origin_day + t]
            found += [before["score"].iloc[-1]] if len(before) else []
        assert number[place] == len(found)
        assert total[place] == pytest.approx(sum(found))
    ends = scores_before(rows, known)
    for value, one in zip(ends, rows.itertuples(), strict=True):
        mine = scores[one.subject_id]
        before = mine[mine["known_from"] <= one.origin_day + one.duration_days]
        assert value == before["score"].iloc[-1]


def test_headlines_leave_curves_and_choices_out():
    found = results_from(strategy_rows(NAME, DEMO, demo_setting(), headline=True)).table
    assert set(found["section"]) == {"analysis"}
    assert "primary_strategy" not in set(found["statistic_name"])


# ------------------------------------------------------------------------- with weighted boosters

WEIGHTED = "hypothetical, weighted"


@pytest.fixture(scope="module")
def weighted():
    setting = demo_setting()
    weights = WeightedKaplanMeierAnalysis(
        estimator="weighted_kaplan_meier", **ASKED, naive=True, resamples=100
    )
    plan = setting.plan.model_copy(update={"analysis": {"weights": weights}})
    asked = StrategyComparisonAnalysis(estimator="strategy_comparison", **ASKED, weighted="weights")
    given = replace(setting, plan=plan)
    rows = results_from(strategy_rows(NAME, asked, given))
    return rows, weighted_fit(weights, setting).result


def test_the_weighted_estimate_is_its_own_analysis_and_within_the_bounds(weighted):
    rows, alone = weighted
    at = alone.at([28.0, 56.0]).set_index("time_days")
    for day in (28.0, 56.0):
        found = row(
            rows, "free_of_event", section="analysis", group=WEIGHTED, time_days=day, term=""
        )
        for column in ("estimate", "conf_low", "conf_high"):
            assert found[column] == at.loc[day, column]
        worst, best = (
            row(rows, name, time_days=day)["estimate"] for name in ("worst_case", "best_case")
        )
        assert worst < found["estimate"] < free(rows, NAIVE, day) < best
        assert found["warning"].startswith("treats other events in another way: death, ECT")
    curve = rows.select(section="curve", statistic_name="free_of_event", group=WEIGHTED)
    assert curve["estimate"].tolist() == alone.tidy()["estimate"].tolist()


def test_the_weighted_estimate_stands_under_every_choice_without_limits(weighted):
    rows, _ = weighted
    under = rows.select(section="sensitivity", statistic_name="free_of_event", group=WEIGHTED)
    planned = rows.select(section="sensitivity", statistic_name="as_planned")
    assert len(under) == 2 * len(planned)
    assert under["conf_low"].isna().all()


@pytest.mark.parametrize(("low", "outside"), [(0.0, False), (0.99, True)])
def test_a_weighted_estimate_beyond_the_bounds_is_told(low, outside):
    setting = demo_setting()
    weights = WeightedKaplanMeierAnalysis(estimator="weighted_kaplan_meier", **ASKED, naive=True)
    given = replace(setting, plan=setting.plan.model_copy(update={"analysis": {"w": weights}}))
    asked = StrategyComparisonAnalysis(estimator="strategy_comparison", **ASKED, weighted="w")
    bounds = {28.0: (low, 1.0), 56.0: (low, 1.0)}
    rows = weighted_rows({}, "free", asked, pd.DataFrame(), bounds, given, headline=True)
    said = [one["warning"] for one in rows if one["statistic_name"] == "free"]
    assert [OUTSIDE in words for words in said] == [outside, outside]
