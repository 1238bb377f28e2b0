"""Residuals against R, what they must add up to, and what they say about leaving a row out."""

import json
from operator import itemgetter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from afterglow.errors import NotEstimable, UsageError
from afterglow.estimate.cox.model import cox

GOLDEN = json.loads(
    (Path(__file__).parents[2] / "reference" / "golden" / "cox_diagnostics.json").read_text("utf-8")
)
DATA = pd.DataFrame(GOLDEN["data"])
COLUMNS = {"duration": "duration", "event": "event"}
# jsonlite writes 15 digits; residuals near 0 are differences of numbers near 50.
RTOL = 1e-9
ATOL = 1e-12
PER_ROW = ("martingale", "deviance", "score", "dfbeta", "dfbetas")


def fitted(options, data=DATA):
    return cox(data, ["age", "arm"], **COLUMNS, **(options or {}))


def numbers(table: pd.DataFrame, kind: str) -> np.ndarray:
    names = [kind] if kind in ("martingale", "deviance") else ["age", "arm[T.b]", "arm[T.c]"]
    return table[names].to_numpy()


def close(ours, theirs):
    np.testing.assert_allclose(
        np.ravel(ours), np.ravel(np.array(theirs, float)), rtol=RTOL, atol=ATOL
    )


@pytest.mark.parametrize("case", GOLDEN["residuals"], ids=itemgetter("id"))
def test_residuals_match_r(case):
    fit = fitted(case["options"])
    for kind, expected in case["residuals"].items():
        close(numbers(fit.residuals(kind), kind), expected)
    for kind, expected in case["weighted"].items():
        close(numbers(fit.residuals(kind, weighted=True), kind), expected)


@pytest.mark.parametrize("case", GOLDEN["residuals"], ids=itemgetter("id"))
def test_residuals_by_subject_match_r(case):
    fit = fitted(case["options"])
    at_most_one = DATA.groupby("subject")["event"].sum().to_numpy() <= 1
    for kind, expected in case["by_subject"].items():
        found = numbers(fit.residuals(kind, collapse=DATA["subject"]), kind)
        expected = np.array(expected, dtype=float).reshape(found.shape)
        # R's deviance of several events forgets to divide by their number: NaN or another number.
        rows = at_most_one if kind == "deviance" else slice(None)
        close(found[rows], expected[rows])


@pytest.mark.parametrize("case", GOLDEN["exact"], ids=lambda case: str(case["options"]))
def test_exact_ties_have_the_residuals_that_r_has(case):
    fit = fitted(case["options"])
    for kind in ("martingale", "deviance"):
        if kind in case:
            close(fit.residuals(kind)[kind], case[kind])
    with pytest.raises(UsageError, match="does not exist for exact ties"):
        fit.residuals("score")


OPTIONS = [case["options"] or {} for case in GOLDEN["residuals"]]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_residuals_add_up_to_nothing(options):
    fit = fitted(options)
    for kind in ("martingale", "score", "schoenfeld"):
        total = numbers(fit.residuals(kind, weighted=True), kind).sum(axis=0)
        np.testing.assert_allclose(total, 0.0, atol=1e-7)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_robust_variance_is_that_of_the_dfbetas(options):
    grouped = options.get("cluster")
    dfbeta = fitted(options).residuals("dfbeta", collapse=DATA[grouped] if grouped else None)
    sums = numbers(dfbeta, "dfbeta")
    fit = cox(DATA, ["age", "arm"], **COLUMNS, **(options | {"robust": True}))
    np.testing.assert_allclose(fit.variance, sums.T @ sums, rtol=1e-10)


def test_dfbeta_is_about_what_leaving_a_row_out_does():
    fit = fitted({})
    dfbeta = numbers(fit.residuals("dfbeta"), "dfbeta")
    left_out = np.array([
        fit.fit.beta - fitted({}, DATA.drop(index=row)).fit.beta for row in range(len(DATA))
    ])  # fmt: skip
    for j in range(3):
        assert np.corrcoef(dfbeta[:, j], left_out[:, j])[0, 1] > 0.97
    scaled = numbers(fit.residuals("dfbetas"), "dfbetas") * np.sqrt(np.diag(fit.fit.variance))
    close(scaled, dfbeta)


def test_pieces_of_a_subject_have_its_residual():
    whole = DATA.assign(start=-1.0, subject_id=range(len(DATA)))
    cut = whole["duration"] > 4
    pieces = pd.concat(
        [
            whole[cut].assign(duration=4, event=0),
            whole.assign(start=np.where(cut, 4.0, -1.0)),
        ]
    )
    fits = [fitted({"entry": "start", "subject": "subject_id"}, data) for data in (whole, pieces)]
    for kind in PER_ROW:
        first, second = (
            numbers(fit.residuals(kind, collapse=data["subject_id"]), kind)
            for fit, data in zip(fits, (whole, pieces))
        )
        np.testing.assert_allclose(first, second, rtol=1e-7, atol=1e-9)


def test_a_frequency_has_the_residual_of_one_of_its_rows():
    twice = DATA.loc[DATA.index.repeat(DATA["count"])]
    counted = fitted({"weights": "count", "weights_kind": "frequency"})
    repeated = fitted({}, twice)
    for kind in ("martingale", "deviance", "score"):
        first = numbers(repeated.residuals(kind), kind)[np.cumsum(DATA["count"]) - 1]
        np.testing.assert_allclose(
            numbers(counted.residuals(kind), kind), first, rtol=1e-8, atol=1e-9
        )
    close(
        numbers(counted.residuals("dfbeta"), "dfbeta"),
        numbers(repeated.residuals("dfbeta"), "dfbeta")[np.cumsum(DATA["count"]) - 1]
        * DATA[["count"]].to_numpy(),
    )


def test_row_order_moves_the_rows_and_nothing_else():
    order = np.random.default_rng(1).permutation(len(DATA))
    options = {"entry": "entry", "strata": "site"}
    first, second = fitted(options), fitted(options, DATA.iloc[order])
    for kind in PER_ROW:
        np.testing.assert_allclose(
            numbers(second.residuals(kind), kind), numbers(first.residuals(kind), kind)[order],
            rtol=1e-8, atol=1e-10,
        )  # fmt: skip


def test_tables_say_whose_residuals_they_are():
    fit = fitted({"strata": "site"})
    assert fit.residuals("martingale")["row"].tolist() == list(range(1, len(DATA) + 1))
    by_arm = fit.residuals("score", collapse=DATA["arm"])
    assert by_arm["group"].tolist() == ["a", "b", "c"]
    events = fit.residuals("schoenfeld")
    assert len(events) == DATA["event"].sum()
    rows = DATA.iloc[events["row"].to_numpy() - 1]
    np.testing.assert_array_equal(events["time_days"], rows["duration"])
    assert (rows["event"] == 1).all()
    order = np.lexsort((events["row"], events["time_days"], events["stratum"]))
    assert order.tolist() == list(range(len(events)))


def test_refusals():
    fit = fitted({})
    with pytest.raises(UsageError, match="not known"):
        fit.residuals("cox-snell")
    with pytest.raises(UsageError, match="per event"):
        fit.residuals("schoenfeld", collapse=DATA["subject"])
    with pytest.raises(UsageError, match="47 labels"):
        fit.residuals("score", collapse=DATA["subject"][1:])
    with pytest.raises(NotEstimable, match="no event"):
        fitted({}, DATA.assign(event=0)).residuals("martingale")
