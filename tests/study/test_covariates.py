"""Terms of a plan as columns: numbers transformed, categories against a reference, products."""

from types import SimpleNamespace
from typing import Literal

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from support.cohorts import TEXT, library

from afterglow.names import SUBJECT
from afterglow.plan.analysis import RegressionAnalysis
from afterglow.study.covariates import covariates

SUBJECTS = pd.DataFrame(
    {
        SUBJECT: list("abcde"),
        "age": [30.0, 40.0, 50.0, 0.0, None],
        "route": pd.array(["iv", "nasal", None, "iv", "im"], dtype=TEXT),
        "trial": pd.array([True, False, True, True, True], dtype="boolean"),
    }
)
BASELINES = pd.DataFrame({"MADRS": [30.0, 20.0, 25.0, 30.0, None]})


class Asked(RegressionAnalysis):
    """A regression that no estimator is behind."""

    estimator: Literal["any"] = "any"


def found(*terms):
    analysis = Asked(endpoint="relapse", terms=terms)
    setting = SimpleNamespace(
        members={"all": np.ones(len(SUBJECTS), dtype=bool)},
        subjects=SUBJECTS,
        timelines=SimpleNamespace(baselines=BASELINES),
        library=library(),
    )
    return covariates(analysis, setting, setting.subjects)


def columns(given):
    return {
        name: [None if np.isnan(x) else x for x in given.table[name].astype(float)]
        for name in given.table.columns[1:]
    }


def test_numbers_are_centred_then_scaled():
    given = found({"column": "age", "per": 10, "center": 40})
    assert columns(given) == {"age, per 10": [-1, 0, 1, -4, None]}
    assert given.missing.tolist() == ["", "", "", "", "no age"]


def test_a_function_without_a_value_is_a_reason_of_its_own():
    given = found({"column": "age", "function": "log"})
    assert columns(given)["log(age)"][:2] == pytest.approx([np.log(30), np.log(40)])
    assert given.missing.tolist() == ["", "", "", "age has no log", "no age"]


def test_categories_against_the_first_or_the_one_named():
    assert columns(found({"column": "route"})) == {
        "route: iv vs im": [1, 0, None, 1, 0],
        "route: nasal vs im": [0, 1, None, 0, 0],
    }
    given = found({"column": "route", "reference": "nasal"})
    assert list(given.table.columns[1:]) == ["route: im vs nasal", "route: iv vs nasal"]
    assert set(given.terms.values()) == {"route"}


def test_true_and_false_are_categories():
    assert columns(found({"column": "trial"})) == {"trial: True vs False": [1, 0, 1, 1, 1]}


def test_a_baseline_and_a_product():
    given = found({"baseline": "MADRS"}, {"column": "route"}, {"interaction": ("MADRS", "route")})
    assert columns(given)["MADRS × route: iv vs im"] == [30, 0, None, 30, None]
    assert given.terms["MADRS × route: iv vs im"] == "MADRS × route"
    assert given.missing.tolist() == ["", "", "no route", "", "no MADRS baseline"]


@pytest.mark.parametrize(
    ("term", "said"),
    [
        ({}, "a term names one of"),
        ({"column": "age", "baseline": "MADRS"}, "a term names one of"),
        ({"interaction": ("age",)}, "names two terms or more"),
        ({"interaction": ("age", "route"), "per": 2}, "takes its terms as they are"),
        ({"column": "route", "reference": "iv", "function": "log"}, "has no function"),
        ({"column": "age", "function": "exp"}, "log"),
    ],
)
def test_terms_that_mean_nothing(term, said):
    with pytest.raises(ValidationError, match=said):
        found(term)
