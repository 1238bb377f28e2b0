"""The table of agreement with R that reports show: complete, in order, and within its tolerances."""

import csv

import pytest
from support.source_tree import PACKAGE

from afterglow.plan.analyses import AVAILABLE_ESTIMATORS
from afterglow.report.agreement import agreements, conventions


def table():
    with (PACKAGE / "report" / "conformance.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_difference_is_within_its_tolerance():
    for row in table():
        allowed = float(row["atol"]) + float(row["rtol"]) * abs(float(row["reference"]))
        assert abs(float(row["difference"])) <= allowed, row
        difference = float(row["ours"]) - float(row["reference"])
        assert float(row["difference"]) == pytest.approx(difference, abs=1e-15)


def test_rows_are_in_order_and_once():
    keys = [(row["estimator"], row["case"], row["quantity"]) for row in table()]
    assert keys == sorted(set(keys))


WITHOUT_REFERENCE = (
    "interval_test",  # R's package for it is not to be had
    "cycle_summary",  # nor the one for its curve over all gaps; by cycle: Aalen–Johansen
    "booster_latency",  # Aalen–Johansen, compared under its own name
    "strategy_comparison",  # the same, and Kaplan–Meier
)
"""Permutations, slow twins, known truths and hand-worked cases prove these instead."""


@pytest.mark.parametrize("estimator", AVAILABLE_ESTIMATORS)
def test_every_estimator_is_compared_and_has_conventions(estimator):
    assert bool(agreements({estimator})) != (estimator in WITHOUT_REFERENCE)
    assert len(conventions({estimator})) > 1


def test_every_convention_concerns_an_estimator_that_is_there():
    named = {name for one in conventions() for name in one.estimators}
    assert named <= set(AVAILABLE_ESTIMATORS)


def test_one_line_shows_the_pair_furthest_apart():
    for one in agreements():
        mine = [
            row for row in table() if (row["estimator"], row["case"]) == (one.estimator, one.case)
        ]
        assert one.values == sum(int(row["values"]) for row in mine)
        assert one.quantities == len(mine)
        assert {"ours": str(one.ours), "reference": str(one.reference)}.items() <= next(
            row for row in mine if row["quantity"] == one.quantity
        ).items()
