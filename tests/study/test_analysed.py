"""Everybody of a population is analysed or set aside with a reason, group by group."""

import numpy as np
import pandas as pd
import pytest
from support.studies import ENDS, estimate, row, tiny_cohort, tiny_plan

from afterglow.names import ARM, GROUP, SUBJECT
from afterglow.study.analysed import Analysed
from afterglow.study.groups import group_labels, labelled, reference_of
from afterglow.study.run import run

CURVE = """
[analysis.curve]
estimator = "kaplan_meier"
endpoint = "response"
by = "arm"
"""
SECOND_CYCLE = """
[analysis.again]
estimator = "proportion"
endpoint = "response"
cycle = 2
"""
QUALIFIED = """
[endpoint.qualified]
kind = "relapse"
instrument = "MADRS"
origin = "course_end"
qualify = { endpoint = "response", after = "course_end", window_days = [1, 14] }
score_at_least = 22
[analysis.late]
estimator = "kaplan_meier"
endpoint = "qualified"
naive = true
at_days = [8, 22]
"""


def flow(results, **equal):
    rows = results.select(section="flow", **equal)
    return dict(zip(rows["level"].where(rows["level"] != "", rows["term"]), rows["estimate"]))


def test_subjects_without_a_group_are_set_aside():
    people = tiny_cohort().subjects
    people = people.assign(**{ARM: people[ARM].where(people[SUBJECT] != "A1")})
    results = run(tiny_plan(CURVE), tiny_cohort(subjects=people)).results
    found = flow(results, analysis="curve", group="")
    assert found == {"population": 8, "no arm": 1, "no baseline": 1, "analysed": 6}
    assert flow(results, analysis="curve", group="a")["population"] == 4
    assert row(results, "n", section="analysis", analysis="curve", group="a")["estimate"] == 3


def test_a_later_cycle_has_few():
    results = run(tiny_plan(SECOND_CYCLE), tiny_cohort()).results
    found = flow(results, analysis="again", group="")
    assert found == {"population": 8, "no row in this cycle": 7, "analysed": 1}
    assert set(results.select(analysis="again", section="analysis")["cycle"]) == {2}


def test_delayed_entry_is_in_the_risk_sets():
    """Origin day 7: A1 and A2 qualify on day 8 and enter at 1; A1 relapses at 8, A2 at 15.

    B2 qualified at its last visit and was never at risk, the course of B1 is unfinished, and A3, A4
    and B3 had not responded at their first visit of the window.
    """
    results = run(tiny_plan(QUALIFIED), tiny_cohort()).results
    found = flow(results, analysis="late", group="")
    assert found["analysed"] == 2
    assert found["course unfinished"] == 1
    assert found["ended before at risk"] == 1
    assert found["did not qualify"] == 3
    assert found["no baseline"] == 1
    same = {"section": "analysis", "analysis": "late"}
    assert estimate(results, "survival", time_days=8, **same) == 0.5
    assert estimate(results, "at_risk", time_days=8, **same) == 2
    start = results.beside("at_risk", section="risk_table", analysis="late").iloc[0]
    assert (start["time_days"], start["at_risk"]) == (0, 0)


def test_analysed_must_add_up():
    table = pd.DataFrame({SUBJECT: ["a", "b"], GROUP: ["", ""]})
    with pytest.raises(AssertionError, match="neither analysed nor set aside"):
        Analysed(table, table.iloc[:1], table.iloc[:0])


def test_labels_stand_in_natural_order():
    members = pd.DataFrame({"dose": [10, 9, np.nan, 100]})
    found = labelled(members, "dose")
    assert list(found.categories) == ["9", "10", "100"]
    assert found.codes.tolist() == [1, 0, -1, 2]
    assert group_labels(pd.DataFrame({GROUP: found})) == ["9", "10", "100"]


def test_a_column_without_values_has_no_labels():
    found = labelled(pd.DataFrame({"x": [np.nan, np.nan]}), "x")
    assert list(found.categories) == []
    assert found.codes.tolist() == [-1, -1]


@pytest.mark.parametrize(
    ("labels", "reference", "found"),
    [(["a", "b"], None, "a"), (["a", "b"], "b", "b"), (["a"], "c", None), ([], None, None)],
)
def test_reference(labels, reference, found):
    assert reference_of(labels, reference) == found


def test_a_part_without_the_reference_compares_nothing_and_says_so():
    plan = tiny_plan(CURVE, 'reference = "b"\nat_days = [8]')
    only_a = tiny_cohort().subjects.query("arm == 'a'")
    names = set(only_a[SUBJECT])
    cohort = tiny_cohort()
    part = tiny_cohort(
        subjects=only_a,
        scores=[line[:5] for line in cohort.scores.itertuples(index=False) if line[0] in names],
        sessions=[(name, day, 1, "") for name in names for day in (0, 7)],
        follow_up=[(name, *end) for name, end in ENDS.items() if name in names],
    )
    results = run(plan, part).results
    assert results.select(analysis="curve", statistic_name="difference").empty
    assert "one group" in set(results.select(section="warnings", analysis="curve")["term"])
