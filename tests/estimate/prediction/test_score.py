"""Scores of predicted risks: by hand, against a slow twin, and what must not change them."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.slow_prediction import Seen, slow_auc, slow_brier, slow_concordance

from afterglow.errors import InvalidInput, UsageError
from afterglow.estimate.cox.concordance import concordance
from afterglow.estimate.prediction.score import score_predictions

CAUSES = np.array(["", "relapse", "booster"], dtype=object)

# Censored on day 2, so that the three who are there later stand for four: weight 4/3.
FIVE = pd.DataFrame(
    {
        "duration_days": [1.0, 2.0, 3.0, 4.0, 6.0],
        "cause": ["relapse", "", "relapse", "booster", ""],
        "risk": [0.8, 0.5, 0.4, 0.6, 0.1],
    }
)


def scored(data: pd.DataFrame, times=(5.0,), **more) -> pd.DataFrame:
    models = {"model": ["risk"] * len(times)}
    return score_predictions(data, models, times, cause="cause", of_cause="relapse", **more).tidy()


def value(table: pd.DataFrame, term: str, group: str = "model", column: str = "estimate") -> float:
    return float(table[(table["term"] == term) & (table["group"] == group)][column].iloc[0])


def test_five_subjects_by_hand():
    found = scored(FIVE)
    third = Fraction(4, 3)
    # Relapse on day 1 (weight 1) and on day 3; the booster and who is left count as free.
    losses = [
        Fraction("0.2") ** 2,
        third * Fraction("0.6") ** 2,
        third * Fraction("0.6") ** 2,
        third * Fraction("0.1") ** 2,
    ]
    assert value(found, "brier") == pytest.approx(float(sum(losses) / 5))
    # The incidence of relapse by day 5 is (1 + 4/3)/5 = 7/15.
    share = Fraction(7, 15)
    flat = (1 + third) * (1 - share) ** 2 + 2 * third * share**2
    assert value(found, "brier", "without predictors") == pytest.approx(float(flat / 5))
    scaled = 1 - float(sum(losses) / flat)
    assert value(found, "scaled_brier") == pytest.approx(scaled)
    # Pairs: 0.8 beats both controls, 0.4 beats 0.1 only: (8/3 + 16/9) of (8/3 + 32/9).
    assert value(found, "auc") == pytest.approx(5 / 7)
    assert value(found, "brier", column="n_events") == 2
    assert value(found, "brier", column="n") == 5


def test_without_censoring_the_area_is_the_share_of_pairs():
    rng = np.random.default_rng(3)
    data = pd.DataFrame({"duration_days": np.arange(1.0, 31.0), "risk": rng.random(30)})
    data["cause"] = "relapse"
    cases, controls = data["risk"][:12].to_numpy(), data["risk"][12:].to_numpy()
    share = np.mean(cases[:, None] > controls[None, :])
    assert value(scored(data, (12.0,)), "auc") == pytest.approx(share)
    plain = np.mean((data["risk"] - (data["duration_days"] <= 12)) ** 2)
    assert value(scored(data, (12.0,)), "brier") == pytest.approx(plain)


SEEN = st.lists(
    st.tuples(st.integers(1, 7), st.integers(0, 2), st.integers(0, 4)), min_size=3, max_size=12
)


def table_of(rows: list[tuple[int, int, int]]) -> pd.DataFrame:
    time, status, risk = (np.array(column) for column in zip(*rows))
    return pd.DataFrame(
        {"duration_days": time.astype(float), "cause": CAUSES[status], "risk": risk / 4}
    )


@given(SEEN, st.integers(1, 6))
def test_the_slow_twin_agrees(rows, horizon):
    twin = [Seen(Fraction(t), s, Fraction(r, 4)) for t, s, r in rows]
    horizon = min(horizon, max(t for t, _, _ in rows))
    if not any(s == 1 for _, s, _ in rows):
        return
    found = scored(table_of(rows), (float(horizon),))
    assert value(found, "brier") == pytest.approx(float(slow_brier(twin, Fraction(horizon))))
    area = slow_auc(twin, Fraction(horizon))
    if area is None:
        assert np.isnan(value(found, "auc"))
        assert "another time" in value_of_warning(found)
    else:
        assert value(found, "auc") == pytest.approx(float(area))
        order = slow_concordance(twin, Fraction(horizon))
        assert value(found, "concordance") == pytest.approx(float(order))


def value_of_warning(table: pd.DataFrame) -> str:
    return str(table.loc[table["term"] == "auc", "warning"].iloc[0])


def drawn(seed: int, size: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    status = rng.choice(3, size, p=[0.3, 0.45, 0.25])
    return pd.DataFrame(
        {
            "duration_days": rng.integers(1, 12, size).astype(float),
            "cause": CAUSES[status],
            "risk": np.round(rng.random(size), 2),
        }
    )


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_order_labels_and_stretching_change_nothing(seed):
    data = drawn(seed)
    found = scored(data, (6.0,))
    shuffled = data.sample(frac=1.0, random_state=seed).replace({"booster": "a switch"})
    again = scored(shuffled, (6.0,))
    for term in ("brier", "auc", "concordance"):
        assert value(again, term) == pytest.approx(value(found, term), rel=1e-12)
    for column in ("std_error", "conf_low"):
        assert value(again, "auc", column=column) == pytest.approx(
            value(found, "auc", column=column), rel=1e-9
        )
    bent = scored(data.assign(risk=data["risk"] ** 3), (6.0,))
    for term in ("auc", "concordance"):
        assert value(bent, term) == pytest.approx(value(found, term), rel=1e-12)
    turned = scored(data.assign(risk=1 - data["risk"]), (6.0,))
    assert value(turned, "auc") == pytest.approx(1 - value(found, "auc"), rel=1e-9)


def test_concordance_is_unos_where_nothing_competes():
    data = drawn(4, 80)
    data = data[data["cause"] != "booster"].assign(event=lambda rows: rows["cause"] != "")
    found = score_predictions(data, {"model": ["risk"]}, [8.0]).tidy()
    other = concordance(data, score="risk", weighting="uno", until_day=8.0)
    assert value(found, "concordance") == pytest.approx(other.estimate, rel=1e-12)


def test_the_curve_without_predictors_is_that_of_aalen_and_johansen():
    from afterglow.estimate.aalen_johansen import aalen_johansen

    data = drawn(5)
    flat = aalen_johansen(data).at(6.0)
    share = float(flat.loc[flat["term"] == "relapse", "estimate"].iloc[0])
    own = scored(data.assign(risk=share), (6.0,))
    assert value(own, "brier") == pytest.approx(value(own, "brier", "without predictors"))
    assert value(own, "scaled_brier") == pytest.approx(0.0, abs=1e-12)


def test_a_time_that_nobody_reaches_has_a_row_that_says_so():
    table = scored(FIVE, (5.0, 60.0))
    late = table[table["time_days"] == 60.0]
    assert late["estimate"].isna().all()
    assert late["warning"].str.contains("earlier time").all()


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"risk": 1.5}, InvalidInput, "outside 0 to 1"),
        ({"risk": np.nan}, InvalidInput, "missing values"),
        ({"duration_days": -1.0}, InvalidInput, "negative times"),
    ],
)
def test_what_cannot_be_scored_is_refused(change, error, said):
    with pytest.raises(error, match=said):
        scored(FIVE.assign(**change))


def test_wrong_calls_are_refused():
    with pytest.raises(UsageError, match="one column for each"):
        score_predictions(FIVE, {"model": "risk"}, [5.0], cause="cause", of_cause="relapse")
    with pytest.raises(UsageError, match="without predictors"):
        score_predictions(
            FIVE, {"without predictors": ["risk"]}, [5.0], cause="cause", of_cause="relapse"
        )
    with pytest.raises(UsageError, match="of_cause"):
        score_predictions(FIVE, {"m": ["risk"]}, [5.0], cause="cause", of_cause="relaps")


def test_summary_and_drawing():
    found = score_predictions(FIVE, {"m": ["risk"]}, [5.0], cause="cause", of_cause="relapse")
    assert found.summary() == "Area under the curve: m 0.7143 on day 5."


@pytest.mark.parametrize("horizon", [0.3, 0.1 + 0.2])
def test_rounding_noise_of_days_changes_nothing(horizon):
    exact = FIVE.assign(duration_days=[0.2, 0.3, 0.3, 0.5, 0.9])
    noisy = FIVE.assign(duration_days=[0.2, 0.3, 0.1 + 0.2, 0.5, 0.9])
    both = [scored(data, (horizon, 0.9)).drop(columns="time_days") for data in (exact, noisy)]
    pd.testing.assert_frame_equal(*both, rtol=1e-12)
    assert both[0]["n_events"].iloc[0] == 2
    last = scored(exact, (0.3 * 3 + 1e-12,))
    assert last["estimate"].notna().all()
