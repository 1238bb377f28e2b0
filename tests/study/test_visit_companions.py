"""What visits do to a primary curve: worked by hand on eight subjects, and against the estimator."""

import numpy as np
import pandas as pd
import pytest
from support.studies import PLAN, estimate, row, tiny_cohort, tiny_plan

from afterglow.estimate.interval.incidence_boxes import BoxIncidence
from afterglow.estimate.interval.incidence_lateness import incidence_lateness
from afterglow.names import DAY, SCHEDULED, SUBJECT
from afterglow.plan.analyses import KaplanMeierAnalysis
from afterglow.study.estimators import ESTIMATORS
from afterglow.study.results import results_from
from afterglow.study.run import prepare, run
from afterglow.study.visit_companions import VISIT_SENSITIVITY, visit_companion_rows

UNSCHEDULED = {("A1", 15.0), ("A3", 22.0)}
SECONDARY = PLAN.replace('role = "primary"\n', "")


def marked(unscheduled=UNSCHEDULED):
    """The eight, of whom A1 is first seen in relapse at an unscheduled visit on day 15."""
    cohort = tiny_cohort()
    who = zip(cohort.scores[SUBJECT], cohort.scores[DAY], strict=True)
    marks = pd.array([(name, day) not in unscheduled for name, day in who], dtype="boolean")
    cohort.scores[SCHEDULED] = marks
    return cohort


@pytest.fixture(scope="module")
def found():
    return run(tiny_plan(), marked()).results


def lines(results, term: str):
    return results.select(section=VISIT_SENSITIVITY, term=term)


def test_unscheduled_visits_are_counted_while_at_risk(found):
    """At risk: A1 on 15; A2 on 15 and 22, then its booster; A3 on 22; B1 on 15; B2 never seen."""
    scores = row(found, "share_unscheduled", section=VISIT_SENSITIVITY)
    assert (scores["n"], scores["n_events"], scores["estimate"]) == (5, 2, 0.4)
    events = row(found, "first_seen_unscheduled", section=VISIT_SENSITIVITY)
    assert (events["n"], events["n_events"], events["estimate"]) == (1, 1, 1.0)


def test_without_unscheduled_visits_and_without_every_other_the_relapse_is_not_confirmed(found):
    own = {"section": VISIT_SENSITIVITY, "statistic_name": "n_events"}
    for term, events in (("all visits", 1), ("scheduled visits", 0), ("every second visit", 0)):
        rows = found.select(term=term, **own)
        assert rows["estimate"].tolist() == [events]
    assert estimate(found, "n", section=VISIT_SENSITIVITY, term="every second visit") == 5


def test_visit_dates_are_the_analysis_itself_and_intervals_begin_before(found):
    """A1 relapsed in (0, 7] after its response, one of five; by visit dates on day 7."""
    for day in (14.0, 28.0):
        where = {"term": "all visits", "time_days": day, "section": VISIT_SENSITIVITY}
        dated = row(found, "incidence", level="visit date", **where)
        own = row(found, "incidence", section="analysis", term="relapse", time_days=day)
        assert dated["estimate"] == own["estimate"]
        low = row(found, "lowest_incidence", level="between visits", **where)["estimate"]
        assert row(found, "late_points_low", **where)["estimate"] == pytest.approx(
            low - dated["estimate"]
        )
    low = found.select(section=VISIT_SENSITIVITY, statistic_name="late_days_low")
    high = found.select(section=VISIT_SENSITIVITY, statistic_name="late_days_high")
    assert low["estimate"].tolist() == pytest.approx([0.0])
    assert high["estimate"].tolist() == pytest.approx([7.0])


def test_the_lines_are_runs_on_cohorts_with_fewer_scores():
    cohort = marked({("A2", 15.0)})
    results = run(tiny_plan(), cohort).results
    kept = cohort.scores[cohort.scores[SCHEDULED]].reset_index(drop=True)
    other = run(tiny_plan(), tiny_cohort(scores=_rows(kept))).results
    for day in (14.0, 28.0):
        mine = row(results, "incidence", section=VISIT_SENSITIVITY, term="scheduled visits",
                   time_days=day, level="visit date")  # fmt: skip
        own = row(other, "incidence", section="analysis", term="relapse", time_days=day)
        assert (mine["estimate"], mine["conf_low"]) == (own["estimate"], own["conf_low"])


def _rows(scores: pd.DataFrame) -> list[tuple]:
    columns = ["subject_id", "day", "instrument", "score", "timing"]
    return list(scores[columns].itertuples(index=False, name=None))


def test_a_cohort_that_does_not_say_has_no_line_for_it():
    results = run(tiny_plan(), tiny_cohort()).results
    assert not len(results.select(statistic_name="share_unscheduled"))
    assert not len(lines(results, "scheduled visits"))
    assert len(lines(results, "every second visit"))


def test_only_primary_curves_of_relapse_have_companions():
    plan = tiny_plan()
    setting = prepare(plan, tiny_cohort())[0]
    analysis = plan.analysis["relapse"]
    estimator = ESTIMATORS["aalen_johansen"]
    assert visit_companion_rows("relapse", analysis, setting, estimator)
    for change in ({"role": "secondary"}, {"endpoint": "response"}):
        other = analysis.model_copy(update=change)
        assert visit_companion_rows("relapse", other, setting, estimator) == []


def test_a_kaplan_meier_curve_has_its_survival_between_visits():
    plan = tiny_plan()
    setting = prepare(plan, marked())[0]
    analysis = KaplanMeierAnalysis(
        estimator="kaplan_meier", endpoint="relapse", role="primary", naive=True, at_days=(7.0,)
    )
    rows = visit_companion_rows("relapse", analysis, setting, ESTIMATORS["kaplan_meier"])
    results = results_from(rows)
    own = {"term": "all visits", "time_days": 7.0}
    low = row(results, "lowest_survival", level="between visits", **own)["estimate"]
    dated = row(results, "survival", level="visit date", **own)["estimate"]
    assert low <= dated
    assert row(results, "late_points_high", **own)["estimate"] == pytest.approx(dated - low)


def test_lateness_by_hand():
    """One event in (0, 10], dated day 10: up to ten days and 100 points late."""
    boxes = BoxIncidence(
        cause=np.array([0]), lower=np.array([0.0]), upper=np.array([10.0]), mass=np.array([1.0]),
        open_mass=0.0, open_from=np.inf, causes=1,
    )  # fmt: skip
    late = incidence_lateness(np.array([10.0]), np.array([1.0]), boxes, 0, np.array([5.0, 10.0]))
    assert (late.delay_low, late.delay_high) == (0.0, 10.0)
    assert (late.points_low.tolist(), late.points_high.tolist()) == ([0.0, 0.0], [1.0, 0.0])
    assert (late.shift_low, late.shift_high) == (0.0, 10.0)
    never = incidence_lateness(np.array([10.0]), np.array([0.0]), boxes, 0, np.array([5.0]))
    assert np.isnan(never.delay_low)
    assert np.isnan(never.shift_high)
