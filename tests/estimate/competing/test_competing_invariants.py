"""What competing-risks estimates may not depend on, and what must hold between them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from support.survival_tables import survival_tables

from afterglow.errors import NotEstimable
from afterglow.estimate.aalen_johansen import aalen_johansen
from afterglow.estimate.competing.cause_specific import cause_specific_cox
from afterglow.estimate.competing.fine_gray import fine_gray
from afterglow.estimate.competing.gray import gray_test
from afterglow.estimate.cox.model import cox
from afterglow.estimate.kaplan_meier import kaplan_meier
from afterglow.estimate.logrank import logrank

FEW = settings(max_examples=25, deadline=None)
NUMBERS = ["estimate", "std_error", "model_std_error", "conf_low", "p_value"]


def fitted(table: pd.DataFrame, **options):
    """Return a fit with a finite estimate, or pass over the table."""
    assume("relapse" in set(table["cause"]))
    try:
        fit = fine_gray(table, ["count"], of="relapse", **options)
    except NotEstimable:
        assume(False)
    assume(not fit.tidy()["warning"].any())
    return fit


def alike(first, second, columns=NUMBERS) -> None:
    np.testing.assert_allclose(
        first.tidy()[columns].astype(float), second.tidy()[columns].astype(float),
        rtol=1e-7, atol=1e-9,
    )  # fmt: skip


@FEW
@given(survival_tables())
def test_one_cause_leaves_one_minus_kaplan_meier(table):
    table = table.assign(cause=table["cause"].where(table["cause"] == "", "relapse"))
    assume(table["event"].any())
    curve = aalen_johansen(table).tidy().query("cause == 'relapse'")
    km = kaplan_meier(table).tidy()
    np.testing.assert_allclose(curve["estimate"], 1.0 - km["estimate"], atol=1e-12)
    naive = aalen_johansen(table).naive("relapse").tidy()
    np.testing.assert_allclose(naive["estimate"], curve["estimate"], atol=1e-12)


@FEW
@given(survival_tables(entry=True))
def test_incidences_and_event_free_add_up_to_one(table):
    assume(table["event"].any())
    rows = aalen_johansen(table, entry="entry_days").tidy()
    totals = rows.groupby("time_days")["estimate"].sum()
    np.testing.assert_allclose(totals, 1.0, atol=1e-12)


@FEW
@given(survival_tables())
def test_naive_is_kaplan_meier_with_the_others_censored_and_never_below(table):
    assume((table["cause"] == "relapse").any())
    curves = aalen_johansen(table)
    naive = curves.naive("relapse").tidy()
    alone = kaplan_meier(table.assign(event=table["cause"] == "relapse")).tidy()
    np.testing.assert_allclose(naive["estimate"], 1.0 - alone["estimate"], atol=1e-12)
    np.testing.assert_allclose(naive["std_error"], alone["std_error"], atol=1e-12)
    incidence = curves.tidy().query("cause == 'relapse'")["estimate"]
    assert (naive["estimate"].to_numpy() >= incidence.to_numpy() - 1e-12).all()


@FEW
@given(survival_tables(entry=True))
def test_without_competing_events_fine_gray_is_coxs(table):
    table = table.assign(cause=table["cause"].where(table["cause"] == "", "relapse"))
    for ties, same in (("finegray", "breslow"), ("finegray-efron", "efron")):
        fit = fitted(table, ties=ties, entry="entry_days")
        twin = cox(table, ["count"], entry="entry_days", ties=same, robust=True).tidy()
        mine = fit.tidy()
        for column, name in (
            ("estimate", "estimate"), ("model_std_error", "std_error"),
            ("std_error", "robust_std_error"),
        ):  # fmt: skip
            np.testing.assert_allclose(mine[column], twin[name], rtol=1e-7, atol=1e-9)


@FEW
@given(survival_tables())
def test_without_competing_events_grays_score_is_the_log_ranks(table):
    table = table.assign(cause=table["cause"].where(table["cause"] == "", "relapse"))
    assume(table["event"].any() and table["arm"].nunique() == 2)
    gray, plain = gray_test(table, by="arm").groups, logrank(table, by="arm").groups
    np.testing.assert_allclose(gray["expected"], plain["expected"], rtol=1e-10)


@FEW
@given(survival_tables(entry=True))
def test_weight_two_is_the_row_twice(table):
    twice = table.loc[table.index.repeat(table["count"])].reset_index(drop=True)
    for options in ({}, {"ties": "finegray", "entry": "entry_days"}, {"ties": "finegray-efron"}):
        short = table if "entry" in options else table.assign(entry_days=0.0)
        weighted = fitted(short, weights="count", **options)
        alike(weighted, fine_gray(twice, ["count"], of="relapse", **options))
    if table["arm"].nunique() == 2:
        first = gray_test(table, by="arm", weights="count").tidy()
        second = gray_test(twice, by="arm").tidy()
        for column in ("n", "observed", "expected", "statistic"):
            np.testing.assert_allclose(first[column], second[column], rtol=1e-9)


@FEW
@given(survival_tables(entry=True))
def test_row_order_labels_and_unit_change_nothing(table):
    names = {"relapse": "z", "booster": "y", "": ""}
    other = table.iloc[::-1].assign(
        cause=lambda t: t["cause"].map(names), entry_days=lambda t: t["entry_days"] / 7,
        duration_days=lambda t: t["duration_days"] / 7, arm=lambda t: t["arm"].map({"a": "q", "b": "c"}),
    ).reset_index(drop=True)  # fmt: skip
    fit = fitted(table)
    alike(fit, fine_gray(other, ["count"], of="z"))
    late = {"ties": "finegray", "entry": "entry_days"}
    alike(fitted(table, **late), fine_gray(other, ["count"], of="z", **late))
    if table["arm"].nunique() == 2:
        first = gray_test(table, by="arm", of="relapse").tidy()["statistic"]
        second = gray_test(other, by="arm", of="z").tidy()["statistic"]
        np.testing.assert_allclose(first, second, rtol=1e-8)


@FEW
@given(survival_tables(entry=True))
def test_cutting_subjects_into_pieces_changes_nothing(table):
    table = table[table["duration_days"] > 3].assign(entry_days=0.0)
    assume(len(table) > 2)
    early = table.assign(duration_days=2.0, cause="")
    late = table.assign(entry_days=2.0)
    pieces = pd.concat([early, late], ignore_index=True)
    options = {"ties": "finegray", "entry": "entry_days"}
    alike(
        fitted(table, **options),
        fine_gray(pieces, ["count"], of="relapse", subject="subject_id", **options),
    )


def test_predicted_incidences_of_all_causes_and_event_free_add_up_to_one():
    rng = np.random.default_rng(5)
    table = pd.DataFrame(
        {"duration_days": rng.integers(0, 30, 200), "age": rng.normal(size=200).round(2),
         "cause": rng.choice(["", "booster", "relapse", "switch"], 200)}
    )  # fmt: skip
    rows = cause_specific_cox(table, ["age"]).predict(pd.DataFrame({"age": [-1.0, 2.0]})).tidy()
    totals = rows.groupby(["group", "time_days"])["estimate"].sum()
    np.testing.assert_allclose(totals, 1.0, atol=1e-12)
    assert rows["estimate"].between(0, 1).all()
    assert (rows["conf_low"] <= rows["estimate"]).all()


def test_a_null_covariate_predicts_the_aalen_johansen_curve():
    """With no effect and fine time the implied incidence nears the product-limit one."""
    rng = np.random.default_rng(6)
    table = pd.DataFrame(
        {"duration_days": np.arange(1.0, 401.0), "sign": np.tile([-1.0, 1.0], 200),
         "cause": np.repeat(rng.choice(["", "booster", "relapse"], 200), 2)}
    )  # fmt: skip
    rows = cause_specific_cox(table, ["sign"]).predict(pd.DataFrame({"sign": [0.0]}), 200).tidy()
    curve = aalen_johansen(table).at(200)
    for cause in ("booster", "relapse"):
        mine, plain = (r[r["cause"] == cause].iloc[0] for r in (rows, curve))
        assert mine["estimate"] == pytest.approx(plain["estimate"], rel=5e-3)
        assert mine["std_error"] == pytest.approx(plain["std_error"], rel=2e-2)
    fit = fine_gray(table, ["sign"], of="relapse")
    mine = fit.predict(pd.DataFrame({"sign": [0.0]}), 200).tidy().iloc[0]
    plain = curve.query("cause == 'relapse'").iloc[0]
    assert mine["estimate"] == pytest.approx(plain["estimate"], rel=5e-3)
    assert mine["std_error"] == pytest.approx(plain["std_error"], rel=2e-2)
