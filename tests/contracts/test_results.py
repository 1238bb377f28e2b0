"""Every result speaks, draws and tabulates in the same way."""

import dataclasses

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from support.booster_truth import subject_days
from support.landmark_tables import PREDICTORS, stacked
from support.slow_recurrent import recurrent_cohort

from afterglow.estimate.aalen_johansen import aalen_johansen
from afterglow.estimate.competing.cause_specific import cause_specific_cox
from afterglow.estimate.competing.fine_gray import fine_gray
from afterglow.estimate.competing.gray import gray_test
from afterglow.estimate.cox.concordance import concordance
from afterglow.estimate.cox.model import cox
from afterglow.estimate.interval.doubly_censored import doubly_censored
from afterglow.estimate.interval.incidence import interval_incidence
from afterglow.estimate.interval.interval_regression import interval_regression
from afterglow.estimate.interval.interval_test import interval_test
from afterglow.estimate.interval.turnbull import turnbull
from afterglow.estimate.interval.visit_panel import visit_panel
from afterglow.estimate.kaplan_meier import kaplan_meier
from afterglow.estimate.logrank import logrank
from afterglow.estimate.max_combo import max_combo
from afterglow.estimate.mixed.score_model import score_within_cycle
from afterglow.estimate.multistate.care import care_summary
from afterglow.estimate.multistate.model import multistate
from afterglow.estimate.multistate.transition_models import transition_models
from afterglow.estimate.parametric.aft import aft
from afterglow.estimate.parametric.flexible import flexible_parametric
from afterglow.estimate.prediction.model import landmark_prediction
from afterglow.estimate.prediction.score import score_predictions
from afterglow.estimate.proportion import proportion
from afterglow.estimate.proportion_difference import proportion_difference
from afterglow.estimate.proportion_ratio import odds_ratio, proportion_ratio
from afterglow.estimate.pseudo import pseudo_values
from afterglow.estimate.pseudo_regression import pseudo_regression
from afterglow.estimate.recurrent.frailty import frailty
from afterglow.estimate.recurrent.gap_times import gap_survival
from afterglow.estimate.recurrent.mean_cumulative import mean_cumulative_function
from afterglow.estimate.recurrent.recurrent_cox import recurrent_cox
from afterglow.estimate.resampling.bootstrap import bootstrap
from afterglow.estimate.resampling.curve_bootstrap import bootstrap_curves, median_difference
from afterglow.estimate.response_rate import response_rate
from afterglow.estimate.result import LEADING, TRAILING
from afterglow.estimate.rmst import rmst_difference
from afterglow.estimate.strategies.comparison import strategy_comparison
from afterglow.estimate.stratified_difference import stratified_difference
from afterglow.estimate.target_trial.estimator import clone_censor_weight
from afterglow.estimate.target_trial.strategies import Strategy

mpl.use("agg")


def cohort() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    data = pd.DataFrame({"duration_days": rng.integers(0, 30, 120).astype(float)})
    data["cause"] = rng.choice(["", "booster", "relapse<b>"], 120)
    data["event"] = data["cause"] != ""
    data["arm"] = rng.choice(["<i>placebo</i>", "ketamine"], 120)
    data["site"] = rng.choice(["u", "v", "w"], 120)
    return data


DATA = cohort()


def mean_duration(data: pd.DataFrame) -> float:
    return data["duration_days"].mean()


COVARIATES = DATA.assign(x=np.random.default_rng(6).normal(size=len(DATA)))
AGAIN = recurrent_cohort(8, subjects=40).assign(
    x=lambda rows: rows["subject_id"] % 5, arm=lambda rows: "<i>" + rows["arm"]
)
BETWEEN = COVARIATES.assign(
    lower_days=np.floor(DATA["duration_days"] / 2),
    upper_days=np.where(DATA["event"], DATA["duration_days"], np.inf),
)
ENDED = BETWEEN.assign(
    upper_days=np.where(DATA["cause"] == "relapse<b>", DATA["duration_days"], np.inf)
)


def paths() -> pd.DataFrame:
    """Each subject becomes well, and some of them ill again, half of these once more well."""
    rng = np.random.default_rng(7)
    rows = []
    for who in range(60):
        days = np.cumsum(rng.integers(1, 9, 3))
        arm = rng.choice(["<i>placebo</i>", "ketamine"])
        for place in range(rng.integers(1, 4)):
            start, state = (0, days[0], days[1])[place], ("ill", "well<b>", "ill")[place]
            to = ("well<b>", "ill", "")[place] if rng.random() < 0.9 else ""
            rows.append((who, float(start), float(days[place]), state, to, arm, who % 7 + 0.1))
            if not to:
                break
    names = ["subject_id", "start_day", "stop_day", "from_state", "to_state", "arm", "x"]
    return pd.DataFrame(rows, columns=names)


GAPS = DATA.assign(subject_id=DATA.index % 50)
GAPS["event"] |= GAPS.duplicated("subject_id", keep="last")
SCORED = pd.DataFrame(
    [
        (who, cycle, float(day), 25.0 + who % 5, who % 7 + cycle + 0.2 * day + (who * day) % 3)
        for who in range(20)
        for cycle in (1, 2)
        for day in range(2, 30, 9)
    ],
    columns=["subject_id", "cycle", "days_since_session", "baseline_score", "score"],
)
STATES = paths()
OF_STATES = {"days_well": ["well<b>"]}
SUBJECT_DAYS = subject_days(60, 14, seed=1)[0]
FOLLOWED = (Strategy(name="<i>placebo</i>"), Strategy(name="often", every_days=14))
STACKED = stacked(1, subjects=60).replace({"relapse": "relapse<b>"})
SCORES = DATA.assign(risk=COVARIATES["x"].rank(pct=True))


def foretold():
    """A landmark model of the stacked rows."""
    return landmark_prediction(
        STACKED, PREDICTORS, horizon_days=28.0, cause="cause", of_cause="relapse<b>", penalty=0.2
    )


RESULTS = {
    "kaplan_meier": lambda: kaplan_meier(DATA, by="arm"),
    "kaplan_meier, clusters": lambda: kaplan_meier(DATA, cluster="site"),
    "milestone difference": lambda: kaplan_meier(DATA, by="arm").difference(14),
    "follow_up": lambda: kaplan_meier(DATA, by="arm").follow_up(),
    "logrank": lambda: logrank(DATA, by="arm"),
    "logrank, pairs and trend": lambda: logrank(DATA, by="site", pairwise=True, trend=True),
    "max_combo": lambda: max_combo(DATA, by="arm"),
    "milestone ratio": lambda: kaplan_meier(DATA, by="arm").ratio(14),
    "rmst_difference": lambda: rmst_difference(DATA, by="arm", tau=20),
    "pseudo_values": lambda: pseudo_values(DATA, times=[7, 14], by="arm"),
    "pseudo_regression": lambda: pseudo_regression(COVARIATES, ["x", "arm"], times=[7, 14]),
    "aft": lambda: aft(COVARIATES, ["x", "arm"], distribution="weibull", zero_as=0.5),
    "aft, gaussian": lambda: aft(COVARIATES, ["x"], distribution="gaussian", cluster="site"),
    "aft tests": lambda: aft(COVARIATES, ["x"], distribution="lognormal", zero_as=0.5).tests(),
    "flexible_parametric": lambda: flexible_parametric(COVARIATES, ["x"], zero_as=0.5),
    "smooth hazard": lambda: flexible_parametric(COVARIATES, zero_as=0.5),
    "flexible tests": lambda: flexible_parametric(COVARIATES, ["x"], zero_as=0.5).tests(),
    "bootstrap": lambda: bootstrap(DATA, mean_duration, subject=None, n_resamples=20),
    "bootstrap_curves": lambda: bootstrap_curves(DATA, by="arm", times=7, n_resamples=20),
    "median_difference": lambda: median_difference(DATA, by="arm", n_resamples=20),
    "turnbull": lambda: turnbull(BETWEEN, by="arm", n_resamples=5),
    "interval_incidence": lambda: interval_incidence(ENDED, by="arm", n_resamples=5),
    "doubly_censored": lambda: doubly_censored(
        BETWEEN.assign(origin_day=9.0, origin_lower_day=4.0), at=[7], by="arm", m=2, n_resamples=3
    ),
    "interval_test": lambda: interval_test(BETWEEN, by="arm", trend=True),
    "interval_regression": lambda: interval_regression(BETWEEN, ["x", "arm"]),
    "interval_regression, odds": lambda: interval_regression(
        BETWEEN, ["x"], model="proportional-odds", n_resamples=5
    ),
    "interval_regression tests": lambda: interval_regression(BETWEEN, ["arm"]).tests(),
    "visit_panel": lambda: visit_panel(BETWEEN, by="arm", at=[14]),
    "aalen_johansen": lambda: aalen_johansen(DATA, by="arm"),
    "incidence difference": lambda: aalen_johansen(DATA, by="arm").difference(14),
    "naive incidence": lambda: aalen_johansen(DATA, by="arm").naive("booster"),
    "strategy_comparison": lambda: strategy_comparison(DATA, of="relapse<b>", looked_through=DATA),
    "clone_censor_weight": lambda: clone_censor_weight(
        SUBJECT_DAYS, FOLLOWED, grace_days=4, model=["score"], horizon=14, resamples=5
    ),
    "gray_test": lambda: gray_test(DATA, by="arm", strata="site"),
    "fine_gray": lambda: fine_gray(COVARIATES, ["x", "arm"], of="booster"),
    "fine_gray prediction": lambda: fine_gray(COVARIATES, ["x", "arm"], of="booster").predict(
        COVARIATES.head(2), [7, 14]
    ),
    "fine_gray tests": lambda: fine_gray(COVARIATES, ["x"], of="booster").tests(),
    "cause_specific_cox": lambda: cause_specific_cox(COVARIATES, ["x", "arm"]),
    "cause_specific_cox prediction": lambda: cause_specific_cox(COVARIATES, ["x"]).predict(
        COVARIATES.head(2), [7, 14]
    ),
    "cause_specific_cox tests": lambda: cause_specific_cox(COVARIATES, ["x", "arm"]).tests(),
    "multistate": lambda: multistate(STATES),
    "multistate, groups": lambda: multistate(STATES, by="arm"),
    "days in states": lambda: multistate(STATES, by="arm").sojourn(20),
    "transition probabilities": lambda: multistate(STATES, by="arm").transition(2, 20),
    "care summary": lambda: care_summary(STATES, tau=20, days=OF_STATES, by="arm"),
    "care difference": lambda: care_summary(STATES, tau=20, days=OF_STATES, by="arm").difference(),
    "clock reset": lambda: multistate(STATES, by="arm").clock_reset(20),
    "clock reset difference": lambda: multistate(STATES).clock_reset(20).difference([7, 14]),
    "clock reset test": lambda: multistate(STATES).clock_reset_test(),
    "markov test": lambda: multistate(STATES).markov_test(),
    "transition_models": lambda: transition_models(STATES, ["x", "arm"]),
    "transition_models tests": lambda: transition_models(STATES, ["x", "arm"]).tests(),
    "cox": lambda: cox(COVARIATES, ["x", "arm"]),
    "cox, robust": lambda: cox(COVARIATES, "x + arm", cluster="site", strata="site"),
    "cox, penalized": lambda: cox(COVARIATES, ["x", "arm"], penalty="firth"),
    "cox tests": lambda: cox(COVARIATES, ["x", "arm"]).tests(),
    "cox baseline": lambda: cox(COVARIATES, ["x"], strata="arm").baseline(),
    "cox concordance": lambda: cox(COVARIATES, ["x", "arm"]).concordance(),
    "proportional hazards": lambda: cox(COVARIATES, "x + arm").check_proportional_hazards(),
    "concordance": lambda: concordance(COVARIATES, score="x", strata="arm"),
    "cox prediction": lambda: cox(COVARIATES, ["x", "arm"]).predict(COVARIATES.head(3)),
    "mean_cumulative_function": lambda: mean_cumulative_function(AGAIN, by="arm", terminal="death"),
    "difference of means": lambda: mean_cumulative_function(AGAIN, by="arm").difference(6),
    "test of means": lambda: mean_cumulative_function(AGAIN, by="arm").test(),
    "recurrent_cox": lambda: recurrent_cox(AGAIN, ["x", "arm"], model="andersen-gill"),
    "recurrent_cox, by event": lambda: recurrent_cox(
        AGAIN, ["x"], model="wlw", event_specific=True, max_event=2
    ).combined(),
    "frailty": lambda: frailty(AGAIN, ["x", "arm"]),
    "gap_survival": lambda: gap_survival(GAPS, by="arm"),
    "score_within_cycle": lambda: score_within_cycle(SCORED, knots=[10]),
    "landmark_prediction": foretold,
    "landmark validation": lambda: foretold().validate(resamples=2),
    "score_predictions": lambda: score_predictions(
        SCORES, {"<i>placebo</i>": ["risk"]}, [14.0], cause="cause", of_cause="relapse<b>"
    ),
    "proportion": lambda: proportion(7, 20),
    "proportion_difference": lambda: proportion_difference(7, 20, 4, 22),
    "proportion_ratio": lambda: proportion_ratio(7, 20, 4, 22),
    "odds_ratio": lambda: odds_ratio(7, 20, 4, 22),
    "stratified_difference": lambda: stratified_difference(DATA, by="arm", strata="site"),
    "response_rate": lambda: response_rate(DATA, by="arm"),
    "response_rate, clusters": lambda: response_rate(DATA, by="arm", cluster="site"),
}
every_result = pytest.mark.parametrize("make", RESULTS.values(), ids=RESULTS)


@every_result
def test_tidy_is_fresh_and_in_canonical_order(make):
    result = make()
    rows = result.tidy()
    rows.loc[:, "estimate"] = -1.0
    again = result.tidy()
    assert isinstance(again.index, pd.RangeIndex)
    assert "estimate" not in again or not (again["estimate"] == -1.0).any()
    leading = [name for name in LEADING if name in again]
    assert list(again.columns[: len(leading)]) == leading
    assert list(again.columns[-2:]) == list(TRAILING)
    assert {"term", "group", "n", "n_events", "method", "warning"} <= set(again.columns)


@every_result
def test_two_calls_give_the_same_bytes(make):
    assert make().tidy().to_csv() == make().tidy().to_csv()
    assert make().summary() == make().summary()


@every_result
def test_summary_is_one_sentence(make):
    sentence = make().summary()
    assert sentence.endswith(".")
    assert "\n" not in sentence


@every_result
def test_html_escapes_labels(make):
    html = make()._repr_html_()
    assert html.startswith("<p>")
    assert "<i>placebo" not in html
    assert "relapse<b>" not in html
    assert "well<b>" not in html


@every_result
def test_printed_it_is_its_sentence_and_its_first_rows(make):
    result = make()
    printed = repr(result)
    assert printed.startswith(result.summary() + "\n")
    assert str(result) == printed
    assert len(printed.splitlines()) < 20
    assert "array(" not in printed


@every_result
def test_results_are_frozen(make):
    with pytest.raises(dataclasses.FrozenInstanceError):
        make().table = None


@every_result
def test_plot_draws_on_the_axes_it_is_given(make):
    from matplotlib.figure import Figure

    ax = Figure().subplots()
    assert make().plot(ax=ax) is ax
    assert ax.has_data()


@pytest.mark.parametrize(
    "rows",
    [
        lambda: kaplan_meier(DATA, by="arm").at([7, 14]),
        lambda: kaplan_meier(DATA, by="arm").median(),
        lambda: kaplan_meier(DATA, by="arm").quantile([0.25, 0.5]),
        lambda: kaplan_meier(DATA, by="arm").rmst(20),
        lambda: aalen_johansen(DATA, by="arm").at([7, 14]),
    ],
    ids=["km at", "median", "quantile", "rmst", "aj at"],
)
def test_answers_of_curves_are_tidy_too(rows):
    table = rows()
    assert {"term", "group", "estimate", "conf_low", "conf_high", "conf_level", "n", "n_events",
            "method", "warning"} <= set(table.columns)  # fmt: skip
    assert isinstance(table.index, pd.RangeIndex)
