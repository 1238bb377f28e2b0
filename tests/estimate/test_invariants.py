"""What no estimate may depend on, and what must hold between estimates."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.survival_tables import survival_tables

from afterglow.estimate.aalen_johansen import aalen_johansen
from afterglow.estimate.kaplan_meier import kaplan_meier
from afterglow.estimate.logrank import logrank

MANY = settings(max_examples=40, deadline=None)
ENTRY = {"entry": "entry_days"}
NUMBERS = ["time_days", "at_risk", "events", "censored", "estimate", "std_error", "conf_low"]


def equal(a: pd.DataFrame, b: pd.DataFrame, columns=NUMBERS) -> None:
    pd.testing.assert_frame_equal(a[columns], b[columns], check_exact=True, check_dtype=False)


def close(a: pd.DataFrame, b: pd.DataFrame, columns=NUMBERS) -> None:
    np.testing.assert_allclose(
        a[columns].astype(float), b[columns].astype(float), rtol=1e-10, atol=1e-12
    )


@MANY
@given(survival_tables(entry=True), st.randoms(use_true_random=False))
def test_row_order_changes_no_bit(table, random):
    order = list(range(len(table)))
    random.shuffle(order)
    shuffled = table.iloc[order]
    table, shuffled = (t.assign(weight=t["count"] * 0.37) for t in (table, shuffled))
    for options in (
        {},
        ENTRY,
        {"weights": "weight", "weights_kind": "sampling"},
        {"weights": "weight", "weights_kind": "sampling", "cluster": "site", **ENTRY},
    ):
        equal(kaplan_meier(table, **options).tidy(), kaplan_meier(shuffled, **options).tidy())
        if table["event"].any():
            both = [aalen_johansen(t, **options).tidy() for t in (table, shuffled)]
            equal(*both)
        if table["arm"].nunique() == 2:
            found = [logrank(t, by="arm", **options).tidy() for t in (table, shuffled)]
            equal(*found, columns=["statistic", "p_value", "observed", "expected"])


@MANY
@given(survival_tables())
def test_labels_change_no_number(table):
    renamed = table.assign(arm=table["arm"].map({"a": "z", "b": "y"}))
    first = kaplan_meier(table, by="arm").tidy()
    second = kaplan_meier(renamed, by="arm").tidy()
    for old, new in (("a", "z"), ("b", "y")):
        mine = [
            rows[rows["group"] == g].reset_index(drop=True)
            for rows, g in ((first, old), (second, new))
        ]
        equal(*mine)
    if table["arm"].nunique() == 2:
        tests = [logrank(t, by="arm") for t in (table, renamed)]
        np.testing.assert_allclose(tests[0].statistic, tests[1].statistic, rtol=1e-10)
        np.testing.assert_array_equal(
            tests[0].groups["expected"], tests[1].groups["expected"][::-1]
        )


@MANY
@given(survival_tables(entry=True))
def test_weight_two_is_the_row_twice(table):
    twice = table.loc[table.index.repeat(table["count"])]
    equal(
        kaplan_meier(table, weights="count", **ENTRY).tidy(),
        kaplan_meier(twice, **ENTRY).tidy(),
        [*NUMBERS, "n", "n_events"],
    )
    for estimator in ("nelson-aalen", "fleming-harrington"):
        close(
            kaplan_meier(table, weights="count", estimator=estimator).tidy(),
            kaplan_meier(twice, estimator=estimator).tidy(),
        )
    if table["event"].any():
        for variance in ("infinitesimal-jackknife", "aalen"):
            close(
                aalen_johansen(table, weights="count", variance=variance, **ENTRY).tidy(),
                aalen_johansen(twice, variance=variance, **ENTRY).tidy(),
                [*NUMBERS, "n", "n_events"],
            )
    if table["arm"].nunique() == 2:
        close(
            logrank(table, by="arm", weights="count").tidy(),
            logrank(twice, by="arm").tidy(),
            ["statistic", "p_value", "observed", "expected", "n"],
        )


@MANY
@given(survival_tables(), st.sampled_from([0.1, 1 / 7, 30.4375]))
def test_another_unit_of_time_scales_times_only(table, factor):
    scaled = table.assign(duration_days=table["duration_days"] * factor)
    a, b = kaplan_meier(table), kaplan_meier(scaled)
    equal(a.tidy(), b.tidy(), [c for c in NUMBERS if c != "time_days"])
    np.testing.assert_allclose(a.median()["estimate"] * factor, b.median()["estimate"], rtol=1e-12)
    for column in ("estimate", "std_error"):
        np.testing.assert_allclose(
            a.rmst(5)[column] * factor, b.rmst(5 * factor)[column], rtol=1e-10, atol=1e-14
        )


@MANY
@given(survival_tables())
def test_without_censoring_the_curve_is_the_empirical_one(table):
    table = table.assign(event=True)
    rows = kaplan_meier(table, conf_type="plain").tidy()
    for row in rows.itertuples():
        share = (table["duration_days"] > row.time_days).mean()
        assert row.estimate == pytest.approx(share, abs=1e-14)
        if share > 0:
            binomial = np.sqrt(share * (1 - share) / len(table))
            assert row.std_error == pytest.approx(binomial, abs=1e-12)


@MANY
@given(survival_tables(entry=True))
def test_incidences_and_survival_add_up_to_one(table):
    if table["event"].any():
        rows = aalen_johansen(table, **ENTRY).tidy()
        total = rows.groupby("time_days")["estimate"].sum()
        np.testing.assert_allclose(total, 1.0, atol=1e-13)


@MANY
@given(survival_tables(entry=True))
def test_one_cause_is_the_complement_of_kaplan_meier(table):
    table = table.assign(cause=np.where(table["event"], "relapse", ""))
    if table["event"].any():
        for options in (ENTRY, ENTRY | {"cluster": "site"}):
            rows = aalen_johansen(table, **options).tidy()
            incidence = rows[rows["cause"] == "relapse"].reset_index(drop=True)
            curve = kaplan_meier(table, cluster="subject_id", **ENTRY).tidy()
            if "cluster" in options:
                curve = kaplan_meier(table, **options).tidy()
            np.testing.assert_allclose(incidence["estimate"], 1 - curve["estimate"], atol=1e-13)
            np.testing.assert_allclose(incidence["std_error"], curve["std_error"], atol=1e-8)


@MANY
@given(survival_tables(), st.integers(1, 5))
def test_cutting_subjects_into_pieces_changes_nothing(table, cut):
    table = table.assign(entry_days=-np.inf)
    long = table["duration_days"] > cut
    early = table[long].assign(duration_days=float(cut), event=False, cause="")
    pieces = pd.concat([early, table.assign(entry_days=table["entry_days"].where(~long, cut))])
    cut_up = {"subject": "subject_id", **ENTRY}
    columns = [*NUMBERS, "n", "n_events"]
    equal(kaplan_meier(table).tidy(), kaplan_meier(pieces, **cut_up).tidy(), columns)
    equal(
        kaplan_meier(table, cluster="site").tidy(),
        kaplan_meier(pieces, cluster="site", **cut_up).tidy(),
        columns,
    )
    if table["event"].any():
        equal(aalen_johansen(table).tidy(), aalen_johansen(pieces, **cut_up).tidy(), columns)
    if table["arm"].nunique() == 2:
        equal(
            logrank(table, by="arm").tidy(),
            logrank(pieces, by="arm", **cut_up).tidy(),
            ["statistic", "observed", "expected", "n"],
        )


@MANY
@given(survival_tables())
def test_entry_at_minus_infinity_is_no_entry(table):
    table = table.assign(entry_days=-np.inf)
    equal(kaplan_meier(table).tidy(), kaplan_meier(table, **ENTRY).tidy())
    if table["event"].any():
        close(aalen_johansen(table).tidy(), aalen_johansen(table, **ENTRY).tidy())
    if table["arm"].nunique() == 2:
        tests = [logrank(table, by="arm", **options).tidy() for options in ({}, ENTRY)]
        equal(*tests, columns=["statistic", "p_value", "observed", "expected"])


@MANY
@given(survival_tables())
def test_a_cluster_for_each_row_is_the_plain_jackknife(table):
    if table["event"].any():
        rows = [aalen_johansen(table, cluster=c).tidy() for c in (None, "subject_id")]
        close(*rows)


@MANY
@given(survival_tables(entry=True))
def test_limits_hold_the_estimate_and_stay_probabilities(table):
    for scale in ("log-log", "log", "plain", "logit", "arcsin"):
        rows = kaplan_meier(table, conf_type=scale, **ENTRY).tidy().dropna(subset=["conf_low"])
        assert (rows["conf_low"] >= 0).all()
        assert (rows["conf_high"] <= 1).all()
        assert (rows["conf_low"] <= rows["estimate"] + 1e-12).all()
        assert (rows["conf_high"] >= rows["estimate"] - 1e-12).all()
