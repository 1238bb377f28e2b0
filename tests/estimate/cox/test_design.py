"""Covariates from columns and formulas."""

import numpy as np
import pandas as pd
import pytest

from afterglow.errors import InvalidInput, NotEstimable, UsageError
from afterglow.estimate.cox.design import design

DATA = pd.DataFrame(
    {
        "age": [30.0, 40, 50, 61, 28, 44],
        "arm": ["b", "a", "c", "a", "b", "c"],
        "dose": [10, 9, 10, 100, 9, 100],
        "treated": [True, False, False, True, True, False],
        "odd name": [1.0, 2, 4, 8, 16, 32],
    }
)


def test_a_list_is_taken_literally():
    found = design(DATA, ["age", "arm", "treated", "odd name"])
    assert found.terms == ("age", "arm[T.b]", "arm[T.c]", "treated[T.True]", "odd name")
    assert found.matrix[:, 1].tolist() == [1, 0, 0, 0, 1, 0]
    assert found.matrix[:, 3].tolist() == [1, 0, 0, 1, 1, 0]
    assert found.groups == {"age": (0,), "arm": (1, 2), "treated": (3,), "odd name": (4,)}


def test_categories_keep_their_order_and_only_the_levels_in_use():
    arm = pd.Categorical(DATA["arm"], categories=["c", "b", "x", "a"])
    assert design(DATA.assign(arm=arm), ["arm"]).terms == ("arm[T.b]", "arm[T.a]")


def test_a_formula_leaves_out_levels_without_a_row():
    arm = pd.Categorical(DATA["arm"], categories=["x", "c", "b", "a"])
    found = design(DATA.assign(arm=arm), "age * arm")
    assert found.groups.keys() == {"age", "arm", "age:arm"}
    assert found.terms[1:3] == ("arm[T.b]", "arm[T.a]")
    known = pd.DataFrame({"age": [1.0], "arm": ["b"]})
    assert found.coded(known).tolist() == [[1, 1, 0, 1, 0]]


@pytest.mark.parametrize("dtype", ["string", "string[pyarrow]", "category"])
@pytest.mark.parametrize("formula", ["age * arm", "C(arm) + age", ["arm", "age"]])
def test_text_of_every_kind_is_coded_alike(dtype, formula):
    plain = design(DATA, formula)
    found = design(DATA.assign(arm=DATA["arm"].astype(dtype)), formula)
    assert found.terms == plain.terms
    np.testing.assert_array_equal(found.matrix, plain.matrix)
    np.testing.assert_array_equal(found.coded(DATA), plain.matrix)


def test_numbers_as_factors_are_in_the_order_of_numbers():
    assert design(DATA, "C(dose)").terms == ("C(dose)[T.10]", "C(dose)[T.100]")


def test_a_formula_has_no_intercept_and_knows_its_terms():
    found = design(DATA, "age + C(arm) + age:treated")
    assert "Intercept" not in found.terms
    assert found.terms[:3] == ("age", "C(arm)[T.b]", "C(arm)[T.c]")
    assert found.groups["C(arm)"] == (1, 2)
    assert design(DATA, "age + arm - 1 + 1").terms == design(DATA, "age + arm").terms


@pytest.mark.parametrize("formula", [["age", "arm"], "np.log(age) + C(arm)", "center(age) + arm"])
def test_other_rows_are_coded_alike(formula):
    found = design(DATA, formula)
    again = found.coded(DATA.iloc[[3, 0]].reset_index(drop=True))
    np.testing.assert_allclose(again, found.matrix[[3, 0]])


def test_what_cannot_be_coded_is_refused():
    with pytest.raises(UsageError, match="no covariate"):
        design(DATA, [])
    with pytest.raises(UsageError, match="cannot be read"):
        design(DATA, "age +* arm")
    with pytest.raises(InvalidInput, match="Did you mean 'age'"):
        design(DATA, "aage + arm")
    with pytest.raises(InvalidInput, match=r"data.age: has missing values \(1 row: 2\)"):
        design(DATA.assign(age=[1.0, None, 3, 4, 5, 6]), "age + arm")
    with pytest.raises(InvalidInput, match="infinite"):
        design(DATA.assign(age=[0.0, 1, 3, 4, 5, 6]), "np.log(age)")
    with pytest.raises(NotEstimable, match="one does not vary"):
        design(DATA.assign(one=1), ["one"])
    with pytest.raises(NotEstimable, match="one does not vary"):
        design(DATA.assign(one="a"), ["age", "one"])
    with pytest.raises(UsageError, match="one level only"):
        design(DATA.assign(one="a"), "C(one)")
    with pytest.raises(NotEstimable, match="after follows exactly"):
        design(DATA.assign(after=DATA["age"] + 1e6), ["age", "arm", "after"])
