"""Filters in their order, each with who it sets aside; who has no value is set aside as such."""

import pandas as pd
import pytest
from support.cohorts import TEXT, library
from support.studies import tiny_cohort, tiny_plan

from afterglow.names import SUBJECT
from afterglow.study.populations import filter_words, find_populations
from afterglow.study.run import run

SUBJECTS = pd.DataFrame(
    {
        SUBJECT: list("abcdef"),
        "diagnosis": pd.array(["TRD", "MDD", "PTSD", None, "TRD", "MDD"], dtype=TEXT),
        "age": [30.0, 40.0, 50.0, 60.0, None, 70.0],
        "trial": pd.array([True, False, None, True, True, True], dtype="boolean"),
    }
)
BASELINES = pd.DataFrame({"MADRS": [30.0, 18.0, 25.0, 30.0, 30.0, None]})


def population(filters):
    plan = tiny_plan(f"[population.p]\nfilters = [{filters}]\n")
    found = find_populations(plan, SUBJECTS, BASELINES, library())["p"]
    return found, plan.population["p"].filters


@pytest.mark.parametrize(
    ("filters", "members", "steps"),
    [
        ('{ column = "diagnosis", in = ["TRD", "MDD"] }', "abef", [(1, 1)]),
        ('{ column = "diagnosis", not_in = ["PTSD"] }', "abef", [(1, 1)]),
        ('{ column = "age", at_least = 40, at_most = 60 }', "bcd", [(2, 1)]),
        ('{ column = "trial", in = [true] }', "adef", [(1, 1)]),
        ('{ baseline = "MADRS", at_least = 20 }', "acde", [(1, 1)]),
        (
            '{ column = "diagnosis", in = ["TRD", "MDD"] }, { baseline = "MADRS", at_least = 20 }',
            "ae",
            [(1, 1), (1, 1)],
        ),
    ],
)
def test_who_passes(filters, members, steps):
    found, _ = population(filters)
    assert "".join(SUBJECTS.loc[found.members, SUBJECT]) == members
    assert [tuple(n for _, n in step.set_aside) for step in found.steps] == steps
    assert found.steps[-1].n == len(members)


def test_words_of_the_flow():
    found, filters = population(
        '{ column = "diagnosis", in = ["TRD", "MDD"] }, { baseline = "MADRS", at_least = 20 }, '
        '{ column = "age", at_most = 60, label = "too old" }'
    )
    assert [filter_words(rule) for rule in filters] == [
        "diagnosis not TRD or MDD", "MADRS baseline below 20", "too old",
    ]  # fmt: skip
    assert [reason for reason, _ in found.steps[0].set_aside] == [
        "diagnosis not TRD or MDD", "diagnosis missing",
    ]  # fmt: skip


def test_everybody_is_a_population_of_every_plan():
    found = find_populations(tiny_plan(), SUBJECTS, BASELINES, library())
    assert found["all"].members.all()
    assert found["all"].steps == ()


def test_an_instrument_without_scores_sets_everybody_aside():
    found, _ = population('{ baseline = "PHQ9", at_least = 10 }')
    assert not found.members.any()
    assert found.steps[0].set_aside == (("no PHQ9 baseline", 6),)


def test_an_empty_population_stops_nothing():
    plan = tiny_plan(
        '[population.nobody]\nfilters = [{ column = "age", at_least = 99 }]\n'
        "[analysis.rate]\nestimator = 'proportion'\nendpoint = 'response'\n"
        "population = 'nobody'\nat_days = [7]\n"
        "[analysis.curve]\nestimator = 'kaplan_meier'\nendpoint = 'response'\n"
        "population = 'nobody'\n"
        "[analysis.test]\nestimator = 'logrank'\nendpoint = 'response'\nby = 'arm'\n"
        "population = 'nobody'\n"
    )
    results = run(plan, tiny_cohort()).results
    flow = results.select(section="flow", population="nobody", analysis="curve")
    assert flow["estimate"].tolist() == [0, 0]
    for name in ("curve", "test"):
        rows = results.select(section="analysis", analysis=name)
        assert "nobody to analyse" in set(rows["warning"])
