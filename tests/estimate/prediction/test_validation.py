"""Performance beyond the data of the fit: by hand, and on models that are known to be good or not."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from support.landmark_tables import PREDICTORS, stacked

from afterglow.errors import UsageError
from afterglow.estimate.prediction.calibration import calibration_of
from afterglow.estimate.prediction.model import landmark_prediction
from afterglow.estimate.prediction.performance import performance_of, scored_of
from afterglow.estimate.prediction.score import score_predictions
from afterglow.estimate.prediction.stack import windows_of
from afterglow.estimate.prediction.validation import resampled

mpl.use("agg")
NOISE = [f"noise_{k}" for k in range(8)]


def fitted(data: pd.DataFrame, predictors=PREDICTORS, **options):
    asked = {"horizon_days": 28.0, "cause": "cause", "of_cause": "relapse", "penalty": 0.05}
    return landmark_prediction(data, predictors, **{**asked, **options})


def value(table: pd.DataFrame, measure: str, validation: str, model: str = "model", **where):
    asked = {"group": "", **where}
    rows = table[(table["statistic_name"] == measure) & (table["validation"] == validation)]
    rows = rows[(rows["term"] == model) & (rows["group"] == asked["group"])]
    day = asked.get("time_days", np.nan)
    rows = rows[rows["time_days"].isna() if np.isnan(day) else rows["time_days"] == day]
    return float(rows["estimate"].iloc[0])


def with_noise(data: pd.DataFrame, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return data.assign(**{name: rng.normal(size=len(data)) for name in NOISE})


def test_each_landmark_is_scored_as_predictions_are():
    data = stacked(1)
    model = fitted(data)
    table = model.validate(resamples=0).tidy()
    for day in (7.0, 14.0, 21.0):
        mine = data[data["landmark_day"] == day]
        mine = mine.assign(
            risk=model.predict(mine)["estimate"].to_numpy(),
            duration_days=mine["duration_days"] - day,
        )
        other = score_predictions(
            mine, {"m": ["risk"]}, [28.0], cause="cause", of_cause="relapse"
        ).tidy().set_index(["term", "group"])  # fmt: skip
        for measure in ("brier", "scaled_brier", "auc", "concordance"):
            found = value(table, measure, "apparent", time_days=day)
            assert found == pytest.approx(other.loc[(measure, "m"), "estimate"], rel=1e-12)
        rows = table[(table["time_days"] == day) & (table["term"] == "model")]
        for measure in ("brier", "auc"):
            error = rows.loc[rows["statistic_name"] == measure, "std_error"].iloc[0]
            subjects, size = data["subject_id"].nunique(), len(mine)
            # The sums run over all subjects; who is not at risk has no influence.
            factor = np.sqrt(subjects / (subjects - 1) * (size - 1) / size)
            expected = other.loc[(measure, "m"), "std_error"] * factor
            assert error == pytest.approx(expected, rel=1e-9)


def test_all_landmarks_together_are_means_over_rows_and_pairs():
    data = stacked(2)
    model = fitted(data)
    stack, days = model.stack, (7.0, 14.0, 21.0)
    predicted = model.model.predict(stack.x, stack.landmark)
    windows = windows_of(stack, np.ones(len(stack.landmark)), days=False)
    each = [performance_of([w], stack, predicted, days=False).values for w in windows]
    whole = performance_of(windows, stack, predicted, days=False).values
    sizes = np.array([len(w.rows) for w in windows])
    assert whole["brier"] == pytest.approx(np.average([v["brier"] for v in each], weights=sizes))
    cases = [float(w.known.weight[w.known.case].sum()) for w in windows]
    others = [float(w.known.weight[~w.known.case].sum()) for w in windows]
    pairs = np.array(cases) * np.array(others)
    assert whole["auc"] == pytest.approx(np.average([v["auc"] for v in each], weights=pairs))
    assert len(each) == len(days)


def test_optimism_by_copies_of_subjects():
    data = stacked(3, subjects=70)
    model = fitted(data, seed=4)
    table = model.validate(resamples=3, seed=9).tidy()
    stack = model.stack
    order = stack.place
    gaps = []
    for count in resampled(stack, 3, 9):
        many = np.repeat(np.arange(len(order)), count.astype(int))
        copy = np.concatenate([np.arange(int(times)) for times in count])
        drawn = data.iloc[order[many]]
        drawn = drawn.assign(subject_id=drawn["subject_id"] + "-" + copy.astype(str))
        other = fitted(drawn)
        within = other.validate(resamples=0).tidy()
        predicted = other.model.predict(stack.x, stack.landmark)
        windows = windows_of(stack, np.ones(len(order)), days=False)
        whole = performance_of(windows, stack, predicted, days=False).values
        gaps.append(
            [value(within, m, "apparent") - whole[m] for m in ("brier", "auc", "calibration_slope")]
        )
    for place, measure in enumerate(("brier", "auc", "calibration_slope")):
        corrected = value(table, measure, "apparent") - np.mean([gap[place] for gap in gaps])
        found = value(table, measure, "optimism-corrected")
        assert found == pytest.approx(corrected, rel=1e-6), measure


def test_a_site_is_predicted_by_the_others():
    data = stacked(5)
    model = fitted(data)
    table = model.validate(resamples=0, leave_out="site", data=data).tidy()
    mine, others = data[data["site"] == 2], data[data["site"] != 2]
    stack = model.stack
    predicted = np.full(len(stack.landmark), np.nan)
    own = data["site"].to_numpy()[stack.place] == 2
    predicted[own] = fitted(others).predict(data.iloc[stack.place[own]])["estimate"]
    windows = [w.taken(own) for w in windows_of(stack, np.ones(len(own)), days=False)]
    slope = calibration_of(scored_of(windows, stack, predicted, days=False)).slope
    assert value(table, "calibration_slope", "left-out sites", group="2") == pytest.approx(
        slope, rel=1e-6
    )
    rows = table[(table["validation"] == "left-out sites") & (table["group"] == "2")]
    assert (rows["n"] == mine["subject_id"].nunique()).all()


def test_one_site_leaves_nobody_to_learn_from():
    data = stacked(6).assign(site="only")
    table = fitted(data).validate(resamples=0, leave_out="site", data=data).tidy()
    assert "left-out sites" not in set(table["validation"])


def test_a_good_model_is_found_to_be_calibrated_beyond_its_data():
    data = stacked(8, subjects=300, effect=0.2)
    good = fitted(data).validate(resamples=20, seed=1, leave_out="site", data=data).tidy()
    for kind in ("optimism-corrected", "left-out subjects", "left-out sites"):
        assert value(good, "calibration_slope", kind) == pytest.approx(1.0, abs=0.35)
        assert value(good, "scaled_brier", kind) > 0.03
        assert value(good, "auc", kind) > 0.6
        assert value(good, "ici", kind) < 0.06


def test_noise_is_found_to_be_useless_beyond_its_data():
    kinds = ("apparent", "optimism-corrected", "left-out subjects")
    found: dict[str, list[list[float]]] = {kind: [] for kind in kinds}
    for seed in range(6):
        data = with_noise(stacked(40 + seed, subjects=250, effect=0.2), seed)
        table = fitted(data, NOISE).validate(resamples=10, seed=seed).tidy()
        for kind in kinds:
            measures = ("scaled_brier", "auc", "calibration_slope")
            found[kind].append([value(table, measure, kind) for measure in measures])
    mean = {kind: np.mean(values, axis=0) for kind, values in found.items()}
    scaled, area, slope = mean["apparent"]
    assert scaled > 0.005
    assert area > 0.54
    assert slope > 0.7
    scaled, area, slope = mean["left-out subjects"]
    assert scaled < 0.0
    assert area == pytest.approx(0.5, abs=0.04)
    assert slope == pytest.approx(0.0, abs=0.3)
    assert mean["optimism-corrected"][0] < 0.0
    assert mean["optimism-corrected"][1] == pytest.approx(0.5, abs=0.05)


def test_rivals_are_the_baseline_model_and_the_curve():
    data = stacked(9)
    found = fitted(data, at_baseline=["age"]).validate(resamples=5)
    alone = fitted(data, ["age"]).validate(resamples=5)
    for kind in ("apparent", "optimism-corrected"):
        own = value(found.tidy(), "brier", kind, "baseline only")
        assert own == pytest.approx(value(alone.tidy(), "brier", kind), rel=1e-9)
    assert set(found.tidy()["term"]) == {"model", "baseline only", "without predictors"}
    assert set(alone.tidy()["term"]) == {"model", "without predictors"}


def test_the_same_seed_gives_the_same_numbers():
    data = stacked(10, subjects=60)
    first = fitted(data).validate(resamples=4, seed=2).tidy()
    again = fitted(data.iloc[::-1]).validate(resamples=4, seed=2).tidy()
    pd.testing.assert_frame_equal(first, again)
    other = fitted(data).validate(resamples=4, seed=3).tidy()
    assert value(other, "brier", "optimism-corrected") != value(
        first, "brier", "optimism-corrected"
    )


def test_days_have_no_area_but_an_order():
    data = stacked(11, effect=0.2)
    found = fitted(data, target="days").validate(resamples=5)
    table = found.tidy()
    assert np.isnan(value(table, "auc", "apparent"))
    assert value(table, "concordance", "apparent") > 0.6
    assert 0.0 < value(table, "scaled_brier", "apparent") < 1.0
    assert value(table, "calibration_slope", "apparent") == pytest.approx(1.0, abs=0.3)


def test_results_speak_and_draw():
    found = fitted(stacked(12)).validate(resamples=3)
    assert found.summary().startswith("Optimism-corrected: scaled Brier score")
    assert "validation" in found.tidy()


def test_wrong_calls_are_refused():
    model = fitted(stacked(13))
    with pytest.raises(UsageError, match="data is missing"):
        model.validate(resamples=0, leave_out="site")
    with pytest.raises(UsageError, match="between 0 and 1"):
        model.validate(resamples=0, thresholds=[0.2, 1.0])
    with pytest.raises(UsageError, match="n_resamples"):
        model.validate(resamples=1)


def test_what_is_drawn_is_what_was_found():
    model = fitted(stacked(14))
    found = model.validate(resamples=3, leave_out="site", data=stacked(14))
    axes = found.plot()
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        "perfect agreement",
        "apparent",
        "left-out subjects",
        "left-out sites",
    ]
    steps = model.equation()
    steps = steps[(steps["part"] == "baseline hazard") & (steps["cause"] == "event")]
    drawn = max(line.get_ydata().max() for line in model.plot().get_lines())
    assert drawn >= steps["estimate"].sum()
