"""The test of proportional hazards against R and against a model in which coefficients drift."""

import json
from itertools import pairwise
from operator import itemgetter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from afterglow.errors import NotEstimable, UsageError
from afterglow.estimate.cox.data import CoxRows, cox_rows
from afterglow.estimate.cox.fit import fit_cox
from afterglow.estimate.cox.model import cox
from afterglow.estimate.cox.time_transforms import TRANSFORMS

GOLDEN = json.loads(
    (Path(__file__).parents[2] / "reference" / "golden" / "cox_diagnostics.json").read_text("utf-8")
)
DATA = pd.DataFrame(GOLDEN["data"])
COLUMNS = {"duration": "duration", "event": "event"}
RTOL = 1e-9
TERMS = ["age", "arm[T.b]", "arm[T.c]"]


def fitted(options, data=DATA, formula=("age", "arm")):
    options = dict(options or {})
    if options.get("weights") == "count":
        options["weights_kind"] = "frequency"
    return cox(data, list(formula), **COLUMNS, **options)


def close(ours, theirs, rtol=RTOL, atol=1e-12):
    np.testing.assert_allclose(
        np.ravel(ours), np.ravel(np.array(theirs, float)), rtol=rtol, atol=atol
    )


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("case", GOLDEN["zph"], ids=itemgetter("id"))
def test_score_test_matches_r(case, transform):
    rows = fitted(case["options"]).check_proportional_hazards(transform).tidy()
    expected = case["expect"][transform]
    assert rows["term"].tolist() == ["age", "arm", "global"]
    for column in ("statistic", "df", "p_value"):
        close(rows[column], expected[column])


@pytest.mark.parametrize("case", GOLDEN["zph"], ids=itemgetter("id"))
def test_coefficients_one_by_one_match_r(case):
    result = fitted(case["options"]).check_proportional_hazards(by_column=True)
    expected = case["expect"]["coefficients"]
    assert result.tidy()["term"].tolist() == [*TERMS, "global"]
    close(result.tidy()["statistic"], expected["statistic"])


@pytest.mark.parametrize("case", GOLDEN["zph"][:8], ids=itemgetter("id"))
def test_scaled_residuals_match_r(case):
    fit = fitted(case["options"])
    for by_column, names, key in ((False, ["age", "arm"], "y"), (True, TERMS, "y_coefficients")):
        found = fit.check_proportional_hazards(by_column=by_column).residuals()
        close(found["transformed_time"], case["expect"]["x"])
        ours = found[["stratum", "time_days", *names]].to_numpy()
        theirs = ours.copy()
        theirs[:, 2:] = np.array(case["expect"][key], dtype=float)
        # Within a time R lists the events of start-stop data backwards.
        ours, theirs = (
            a[np.lexsort((*np.round(a[:, 2:].T, 9), a[:, 1], a[:, 0]))] for a in (ours, theirs)
        )
        close(ours, theirs)


def test_smooth_is_what_r_draws():
    smooth = fitted({}).check_proportional_hazards(by_column=True).smooth()
    expected = GOLDEN["smooth"]
    for j, term in enumerate(TERMS):
        rows = smooth[smooth["term"] == term]
        close(rows["transformed_time"], expected["at"])
        close(rows["estimate"], np.array(expected["estimate"])[:, j], rtol=1e-8)
        half = (rows["conf_high"] - rows["conf_low"]) / 2 / 1.959963984540054
        close(half, np.array(expected["width"])[:, j], rtol=1e-8)


def test_exact_ties_are_tested_as_r_does():
    case = GOLDEN["exact"][0]
    rows = fitted(case["options"]).check_proportional_hazards().tidy()
    close(rows["statistic"], case["zph"]["statistic"])


def split_at_events(fit) -> tuple[CoxRows, np.ndarray]:
    """Cut every row at the event times; return the pieces, and the position of each one's end."""
    rows: CoxRows = fit.sample.rows
    events = np.unique(rows.exit[rows.event])
    pieces = []
    for i in range(rows.n):
        start = -1 if rows.entry is None else rows.entry[i]
        cuts = [start, *(t for t in events if start < t < rows.exit[i]), rows.exit[i]]
        pieces += [(i, a, b, rows.event[i] and b == rows.exit[i]) for a, b in pairwise(cuts)]
    who, begin, end, event = (np.array(values) for values in zip(*pieces))
    entry = np.where(begin < 0, -np.inf, rows.times[begin])
    made = cox_rows(
        rows.x[who], rows.times[end], event, entry=entry, stratum=rows.stratum[who].astype(int),
        weight=None if rows.weight is None else rows.weight[who],
        offset=rows.x[who] @ fit.fit.beta,
    )  # fmt: skip
    return made, end


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize(
    "options",
    [{}, {"entry": "entry", "ties": "breslow"}, {"strata": "site", "weights": "weight"}],
    ids=str,
)
def test_it_is_the_score_test_of_x_times_time(options, transform):
    fit = fitted(options)
    result = fit.check_proportional_hazards(transform)
    rows, end = split_at_events(fit)
    path = result.path[end]
    along = path - fit.check_proportional_hazards(transform).residuals()["transformed_time"].mean()
    drifting = np.hstack([rows.x, rows.x * along[:, None]])
    model = fit_cox(
        cox_rows(
            drifting, rows.times[rows.exit], rows.event,
            entry=np.where(rows.entry < 0, -np.inf, rows.times[rows.entry]),
            stratum=rows.stratum.astype(int), weight=rows.weight, offset=rows.offset,
        ),
        ties=options.get("ties", "efron"),
    )  # fmt: skip
    score = model.score_null
    np.testing.assert_allclose(score[:3], 0.0, atol=1e-7)
    statistic = score @ np.linalg.solve(model.information_null, score)
    np.testing.assert_allclose(result.tidy()["statistic"].iloc[-1], statistic, rtol=1e-7)


def test_what_may_not_change_it():
    options = {"entry": "entry", "strata": "site", "weights": "weight"}
    plain = fitted(options).check_proportional_hazards("identity").tidy()
    order = np.random.default_rng(3).permutation(len(DATA))
    weeks = DATA.assign(duration=DATA["duration"] / 7, entry=DATA["entry"] / 7)
    renamed = DATA.assign(site=DATA["site"].map({"x": "9", "y": "b", "z": "a"}))
    shifted = DATA.assign(age=1000 - 3 * DATA["age"])
    for data in (DATA.iloc[order], weeks, renamed, shifted):
        other = fitted(options, data).check_proportional_hazards("identity").tidy()
        close(other["statistic"], plain["statistic"], rtol=1e-9)


def test_a_factor_is_one_term_in_a_formula_too():
    rows = cox(DATA, "age + C(arm)", **COLUMNS).check_proportional_hazards().tidy()
    listed = fitted({}).check_proportional_hazards().tidy()
    assert rows["df"].tolist() == [1, 2, 3]
    close(rows["statistic"], listed["statistic"], rtol=1e-8)


def test_drift_is_found():
    rng = np.random.default_rng(11)
    n = 2000
    x = rng.integers(0, 2, n)
    early = rng.exponential(np.where(x == 1, 10.0, 40.0))
    late = rng.exponential(np.where(x == 1, 60.0, 20.0))
    days = np.ceil(np.where(early < 15, early, 15 + late))
    data = pd.DataFrame({"duration_days": days, "event": days <= 90, "x": x})
    data["duration_days"] = data["duration_days"].clip(upper=90)
    result = cox(data, ["x"]).check_proportional_hazards()
    assert result.tidy()["p_value"].iloc[0] < 1e-10
    smooth = result.smooth()
    assert smooth["estimate"].iloc[0] > 0.8
    assert smooth["estimate"].iloc[-1] < -0.5
    assert "global chi-square" in result.summary()
    still = data.assign(x=rng.integers(0, 2, n))
    assert cox(still, ["x"]).check_proportional_hazards().tidy()["p_value"].iloc[0] > 0.01


def test_a_single_event_time_cannot_be_tested():
    data = pd.DataFrame({"duration_days": [3, 3, 5, 5], "event": [1, 1, 0, 0], "x": [1, 2, 1, 3.0]})
    result = cox(data, ["x"]).check_proportional_hazards()
    assert result.tidy()["statistic"].isna().all()
    assert result.tidy()["warning"].str.contains("too few different event times").all()
    assert "cannot be tested" in result.summary()
    assert result.smooth()["estimate"].isna().all()
    assert result.plot().get_xlabel() == "Days"


def test_a_covariate_that_is_constant_in_a_stratum_has_no_residuals_there():
    data = DATA.assign(only=np.where(DATA["site"] == "x", 0.0, DATA["count"]))
    result = cox(
        data, ["age", "only"], strata="site", **COLUMNS
    ).check_proportional_hazards()  # fmt: skip
    found = result.residuals()
    assert found.loc[found["stratum"] == 1, "only"].isna().all()
    assert found[["age"]].notna().all().all()
    assert found.loc[found["stratum"] > 1, "only"].notna().all()
    assert result.smooth()["estimate"].notna().all()


def test_refusals():
    with pytest.raises(UsageError, match="penalized"):
        fitted({"penalty": "firth"}).check_proportional_hazards()
    with pytest.raises(UsageError, match="not known"):
        fitted({}).check_proportional_hazards("square")
    with pytest.raises(UsageError, match="above 0"):
        fitted({}, DATA.assign(duration=DATA["duration"] - DATA["duration"].min()))\
            .check_proportional_hazards("log")  # fmt: skip
    with pytest.raises(NotEstimable, match="no event"):
        fitted({}, DATA.assign(event=0)).check_proportional_hazards()
    with pytest.raises(UsageError, match="not known"):
        fitted({}).check_proportional_hazards().plot(term="weight")


def test_plot_draws_the_term_that_drifts_most():
    result = fitted({}).check_proportional_hazards(by_column=True)
    worst = result.tidy().iloc[:-1].sort_values("p_value")["term"].iloc[0]
    axes = result.plot()
    assert axes.get_ylabel() == f"Coefficient of {worst}"
    assert len(axes.collections) == 2
    assert len(result.plot(term="age", points=False).collections) == 1
    assert "<table" in result._repr_html_()
