"""What must hold of any run: flows add up, curves add up, names and order change nothing."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.random_cohorts import random_cohort
from support.studies import tiny_cohort, tiny_plan

from afterglow.cohort.reading import read_cohort
from afterglow.names import SUBJECT
from afterglow.plan.reading import read_plan
from afterglow.study.run import run

ROOT = Path(__file__).resolve().parents[2]
DEMO_PLAN = ROOT / "analysis" / "plans" / "demo.toml"
KEYS = ["analysis", "group", "time_days"]


@pytest.fixture(scope="module")
def demo():
    plan = read_plan(DEMO_PLAN)
    return run(plan, read_cohort(plan.data, DEMO_PLAN.parent)).results


def renamed(cohort, seed):
    """The same people under other names, so that they stand in another order."""
    names = cohort.subjects[SUBJECT].tolist()
    shuffled = np.random.default_rng(seed).permutation(names)
    new = dict(zip(names, shuffled, strict=True))
    tables = {}
    for name in ("subjects", "scores", "sessions", "events", "follow_up"):
        table = getattr(cohort, name)
        if table is not None:
            moved = table.assign(**{SUBJECT: table[SUBJECT].map(new).astype(table[SUBJECT].dtype)})
            tables[name] = moved.sample(frac=1, random_state=seed).reset_index(drop=True)
    return replace(cohort, **tables)


def flow_adds_up(results):
    """Every box equals the next one and who left between them."""
    flow = results.select(section="flow")
    for _, boxes in flow.groupby(["analysis", "population", "group"], sort=False):
        left = None
        for name, count in zip(boxes["statistic_name"], boxes["estimate"], strict=True):
            if name == "n_set_aside":
                left -= count
            else:
                assert left is None or left == count
                left = count


def test_flow_of_the_demo_adds_up(demo):
    flow_adds_up(demo)


def test_groups_of_a_flow_add_up_to_everybody(demo):
    flow = demo.select(section="flow", statistic_name="n_remaining")
    grouped = set(flow.loc[flow["group"] != "", "analysis"])
    assert len(grouped) > 5
    for analysis in grouped:
        boxes = flow[flow["analysis"] == analysis]
        for term in ("population", "analysed"):
            mine = boxes[boxes["term"] == term]
            whole = mine.loc[mine["group"] == "", "estimate"].sum()
            assert whole == mine.loc[mine["group"] != "", "estimate"].sum()


@pytest.mark.parametrize("section", ["analysis", "curve"])
def test_incidences_and_event_free_add_up_to_one(demo, section):
    rows = demo.select(section=section)
    incidence = rows[rows["statistic_name"] == "incidence"].groupby(KEYS)["estimate"].sum()
    free = rows[rows["statistic_name"] == "event_free"].set_index(KEYS)["estimate"]
    assert len(free)
    total = incidence.reindex(free.index) + free
    np.testing.assert_allclose(total, 1.0, rtol=0, atol=1e-12)


def test_naive_curve_is_never_below_the_incidence(demo):
    rows = demo.select(section="curve")
    own = rows[(rows["statistic_name"] == "incidence") & (rows["term"] == rows["endpoint"])]
    naive = rows[rows["statistic_name"] == "naive_incidence"]
    both = pd.merge(own, naive, on=KEYS, suffixes=("", "_naive"))
    assert len(both)
    assert (both["estimate_naive"] >= both["estimate"] - 1e-12).all()
    assert (both["estimate_naive"] > both["estimate"] + 0.01).any()


def test_denominators_are_nested(demo):
    wide = demo.beside(
        "n_treated", "n_with_baseline", "n_due", "n_observed", analysis="response_rate",
        section="analysis",
    )  # fmt: skip
    wide = wide.dropna()
    assert len(wide) == 8
    assert (wide["n_observed"] <= wide["n_due"]).all()
    assert (wide["n_due"] <= wide["n_with_baseline"]).all()
    assert (wide["n_with_baseline"] <= wide["n_treated"]).all()


def test_choice_as_planned_repeats_the_analysis(demo):
    rows = demo.select(section="sensitivity", statistic_name="as_planned", estimate=1.0)
    assert sorted(rows["term"]) == ["max_gap_days", "session_while_pending", "unconfirmed"]
    planned = demo.select(section="analysis", analysis="durability", statistic_name="incidence")
    planned = planned[planned["term"] == "relapse"]
    for rule, level in zip(rows["term"], rows["level"], strict=True):
        same = demo.select(
            section="sensitivity", term=rule, level=level, statistic_name="incidence"
        )
        assert same["estimate"].tolist() == planned["estimate"].tolist()


def test_cause_counts_add_up(demo):
    rows = demo.select(section="analysis", analysis="durability")
    for group in ("esketamine", "racemic ketamine"):
        mine = rows[rows["group"] == group].groupby("statistic_name")["estimate"].sum()
        assert mine["n"] == mine["n_events"] + mine["n_competing"] + mine["n_censored"]
        ended = demo.select(section="endings", analysis="durability", group=group)
        assert ended["estimate"].sum() == mine["n"]


RANDOM_PLAN = """
[analysis.rate]
estimator = "proportion"
endpoint = "response"
by = "arm"
at_days = [7, 28]
[analysis.curve]
estimator = "kaplan_meier"
endpoint = "relapse"
naive = true
at_days = [14]
"""


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_names_and_order_change_no_bit(seed):
    cohort = random_cohort(seed, 120)
    plan = tiny_plan(RANDOM_PLAN)
    table = run(plan, cohort).results.table
    again = run(plan, renamed(cohort, seed)).results.table
    pd.testing.assert_frame_equal(table, again, check_exact=True)


@pytest.mark.parametrize("seed", [11, 12, 13, 14])
def test_any_cohort_gives_a_flow_that_adds_up(seed):
    results = run(tiny_plan(RANDOM_PLAN), random_cohort(seed, 60)).results
    flow_adds_up(results)
    wide = results.beside(
        "n_treated", "n_with_baseline", "n_due", "n_observed", analysis="rate", section="analysis"
    ).dropna()
    assert len(wide)
    assert (wide["n_observed"] <= wide["n_due"]).all()
    assert (wide["n_due"] <= wide["n_with_baseline"]).all()
    assert (wide["n_with_baseline"] <= wide["n_treated"]).all()


def test_two_runs_are_equal():
    first, second = (run(tiny_plan(), tiny_cohort()).results.table for _ in range(2))
    pd.testing.assert_frame_equal(first, second, check_exact=True)
