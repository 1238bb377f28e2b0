"""Curves, log-rank tests and incidences against R on the public datasets beside the project."""

import numpy as np
import pandas as pd
import pytest
from support.conformance import agree
from support.shared import reference, shared_file

from afterglow.estimate.aalen_johansen import aalen_johansen
from afterglow.estimate.kaplan_meier import kaplan_meier
from afterglow.estimate.logrank import logrank

# R's files hold 17 digits; the README beside them asks for 1e-8.
RTOL = 1e-8
ATOL = 1e-12
CURVE = {
    "at_risk": "n_risk",
    "events": "n_event",
    "censored": "n_censor",
    "estimate": "surv",
    "std_error": "se_surv",
    "conf_low": "lower",
    "conf_high": "upper",
}
HAZARD = {"cumulative_hazard": "cumhaz", "cumulative_hazard_std_error": "se_cumhaz"}
SCALES = ("log", "log-log", "plain", "logit", "arcsin")
FIVE_SCALES = {
    "km_lung_sex": ("lung", {"duration": "time", "event": "died", "by": "sex"}),
    "km_aml": ("aml", {"duration": "time", "event": "status", "by": "x"}),
    "km_pharmacosmoking_grp": (
        "pharmacosmoking",
        {"duration": "ttr", "event": "relapse", "by": "grp"},
    ),
}


def dataset(name: str) -> pd.DataFrame:
    data = pd.read_csv(shared_file("data", f"{name}.csv"))
    if name == "lung":
        return data.assign(died=data["status"] == 2, weight=data["age"] / 60)
    return data


def close(what: tuple[str, str, str], actual, expected) -> None:
    """Compare where R has a number: it leaves limits out where S is 0, older versions where 1.

    `what` is the estimator, the reference and the quantity.
    """
    expected = np.array(expected, dtype=float)
    known = ~np.isnan(expected)
    actual = np.asarray(actual, dtype=float)
    agree(*what, actual[known], expected[known], rtol=RTOL, atol=ATOL)


def same_curves(what: tuple[str, str], rows: pd.DataFrame, expected: dict, names=CURVE) -> None:
    groups = list(dict.fromkeys(rows["group"]))
    assert len(groups) == len(expected)
    for group, block in zip(groups, expected.values()):
        mine = rows[rows["group"] == group]
        for column, name in names.items():
            estimator, case = what
            close((estimator, case, column.replace("_", " ")), mine[column], block[name])


@pytest.mark.parametrize("name", FIVE_SCALES)
@pytest.mark.parametrize("scale", SCALES)
def test_curve_quantiles_and_median(name, scale):
    data, options = FIVE_SCALES[name]
    expected = reference(name)["results"][scale]
    curve = kaplan_meier(dataset(data), **options, conf_type=scale)
    times = next(iter(expected["at_times"].values()))["time"]
    same_curves(("kaplan_meier", name), curve.at(times), expected["at_times"])
    if expected["curve"]:
        same_curves(("kaplan_meier", name), curve.tidy(), expected["curve"], CURVE | HAZARD)
    asked = expected["quantiles"]
    found = curve.quantile(asked["probs"])
    for column, block in (("estimate", "quantile"), ("conf_low", "lower"), ("conf_high", "upper")):
        close(
            ("kaplan_meier", name, f"quantile {column}"),
            found[column],
            np.ravel(np.array(asked[block]["values"], dtype=float)),
        )
    for column, block in (("estimate", "median"), ("conf_low", "lower"), ("conf_high", "upper")):
        np.testing.assert_array_equal(
            curve.median()[column], np.array(expected["median"][block], dtype=float)
        )


@pytest.mark.parametrize("name", FIVE_SCALES)
def test_ninety_percent_limits(name):
    data, options = FIVE_SCALES[name]
    expected = reference(name)["results"]["loglog_90"]["at_times"]
    times = next(iter(expected.values()))["time"]
    same_curves(
        ("kaplan_meier", name),
        kaplan_meier(dataset(data), **options, conf_level=0.9).at(times),
        expected,
    )


@pytest.mark.parametrize("name", FIVE_SCALES)
@pytest.mark.parametrize(
    ("estimator", "block"),
    [("nelson-aalen", "breslow_na"), ("fleming-harrington", "fleming_harrington")],
)
def test_exponential_of_the_cumulative_hazard(name, estimator, block):
    data, options = FIVE_SCALES[name]
    expected = reference(name)["results"][block]
    curve = kaplan_meier(dataset(data), **options, conf_type="log", estimator=estimator)
    times = next(iter(expected.values()))["time"]
    same_curves(("kaplan_meier", name), curve.at(times), expected)


@pytest.mark.parametrize(
    ("block", "options"),
    [
        # Fractional weights cannot be frequencies: R takes the robust variance, and so do we.
        ("greenwood", {"weights_kind": "frequency"}),
        ("robust_ij", {"weights_kind": "sampling"}),
        ("cluster_inst", {"weights_kind": "sampling", "cluster": "inst"}),
    ],
)
def test_weighted_curves(block, options):
    data = dataset("lung")
    data = data if "cluster" not in options else data[data["inst"].notna()]
    expected = reference("km_weighted_lung")["results"][block]
    curve = kaplan_meier(
        data, duration="time", event="died", by="sex", weights="weight", conf_type="log", **options
    )
    same_curves(("kaplan_meier", "km_weighted_lung"), curve.at([30, 90, 180, 365, 730]), expected)


NOT_AT_RISK = {column: name for column, name in CURVE.items() if column != "at_risk"}


def residents() -> pd.DataFrame:
    data = dataset("channing")
    return data[data["ageentry"] < data["age"]]


def test_delayed_entry():
    expected = reference("km_lefttrunc_channing")["results"]
    curve = kaplan_meier(residents(), duration="age", event="death", entry="ageentry", by="gender")
    same_curves(("kaplan_meier", "km_lefttrunc_channing"), curve.tidy(), expected["curve"])
    rows = curve.at([800, 850, 900, 950, 1000, 1050, 1100])
    same_curves(("kaplan_meier", "km_lefttrunc_channing"), rows, expected["at_times"], NOT_AT_RISK)
    for column in ("median", "lower", "upper"):
        name = {"median": "estimate", "lower": "conf_low", "upper": "conf_high"}[column]
        close(
            ("kaplan_meier", "km_lefttrunc_channing", f"median {column}"),
            curve.median()[name],
            expected["median"][column],
        )


def test_at_risk_between_event_times_counts_those_who_have_entered():
    """R's summary(times=) shows the risk set of the next exit time: 12 men at 843, not 1 at 800."""
    men = residents().query("gender == 1")
    curve = kaplan_meier(men, duration="age", event="death", entry="ageentry")
    rows = curve.at([800, 850])
    for time, at_risk in zip([800, 850], rows["at_risk"]):
        assert at_risk == ((men["ageentry"] < time) & (men["age"] >= time)).sum()


def test_delayed_entry_conditional_on_an_age():
    data = residents().query("age > 816")
    data = data.assign(entry=data["ageentry"].clip(lower=816))
    expected = reference("km_lefttrunc_channing_cond")["results"]
    curve = kaplan_meier(
        data, duration="age", event="death", entry="entry", by="gender", conf_type="log"
    )
    same_curves(
        ("kaplan_meier", "km_lefttrunc_channing_cond"),
        curve.tidy(),
        expected["curve"],
        CURVE | HAZARD,
    )
    same_curves(
        ("kaplan_meier", "km_lefttrunc_channing_cond"),
        curve.at([850, 900, 950, 1000, 1050]),
        expected["at_times"],
        NOT_AT_RISK,
    )


@pytest.mark.parametrize(
    "case",
    [
        "all_censored",
        "all_same_time",
        "last_event",
        "single_event",
        "tie_event_censor",
        "exact_half",
    ],
)
def test_edge_cases(case):
    expected = reference("km_edge_cases")["results"][case]
    data = pd.DataFrame({"time": expected["time"], "status": expected["status"]})
    curve = kaplan_meier(data, duration="time", event="status", conf_type="log")
    same_curves(
        ("kaplan_meier", "km_edge_cases"), curve.tidy(), {"all": expected["curve"]}, CURVE | HAZARD
    )
    median = curve.median().iloc[0]
    for column, name in (("median", "estimate"), ("lower", "conf_low"), ("upper", "conf_high")):
        np.testing.assert_array_equal(
            median[name], np.array(expected["median"][column], dtype=float)[0]
        )


def test_restricted_mean():
    expected = reference("rmst_lung_sex")["results"]["survfit_rmean"]
    curve = kaplan_meier(dataset("lung"), duration="time", event="died", by="sex")
    rows = pd.concat([curve.rmst(tau) for tau in (180, 365, 500, 700)])
    what = ("kaplan_meier", "rmst_lung_sex")
    close((*what, "restricted mean"), rows["estimate"], expected["rmst"])
    close((*what, "its standard error"), rows["std_error"], expected["se"])


LOGRANK = {
    "logrank_lung_sex": ("lung", "time", "died", "sex", "ph_ecog"),
    "logrank_larynx_trend": ("larynx", "time", "delta", "stage", None),
    "logrank_pharmacosmoking": ("pharmacosmoking", "ttr", "relapse", "grp", "employment"),
}


@pytest.mark.parametrize("name", LOGRANK)
@pytest.mark.parametrize("block", ["logrank_rho0", "stratified"])
def test_logrank(name, block):
    data, duration, event, by, strata = LOGRANK[name]
    if block == "stratified" and strata is None:
        assert block not in reference(name)["results"]
        return
    expected = reference(name)["results"][block]
    frame = dataset(data)
    options = {}
    if block == "stratified":
        frame, options = frame.dropna(subset=[strata]), {"strata": strata}
    result = logrank(frame, by=by, duration=duration, event=event, **options)
    pairs = {
        "statistic": (result.statistic, expected["chisq"]),
        "degrees of freedom": (result.df, expected["df"]),
        "p value": (result.p_value, expected["p"]),
        "n": (result.groups["n"], expected["n"]),
        "observed": (result.groups["observed"], expected["observed"]),
        "expected": (result.groups["expected"], expected["expected"]),
        "covariance": (np.ravel(result.covariance), np.ravel(expected["var"]["values"])),
    }
    for quantity, (ours, theirs) in pairs.items():
        close(("logrank", name, f"{block}: {quantity}"), ours, theirs)


def mgus() -> pd.DataFrame:
    data = dataset("mgus2").dropna(subset=["mspike"])
    progressed = data["pstat"] == 1
    cause = np.where(progressed, "pcm", np.where(data["death"] == 1, "death", ""))
    return data.assign(time=np.where(progressed, data["ptime"], data["futime"]), cause=cause)


def transplant() -> pd.DataFrame:
    data = dataset("transplant")
    cause = data["event"].where(data["event"] != "censored", "")
    return data.assign(time=data["futime"].where(data["futime"] > 0, 0.5), cause=cause)


INCIDENCE = [
    ("cif_mgus2_sex", mgus, "sex", "aalen_johansen", "log"),
    ("cif_mgus2_sex", mgus, "sex", "aalen_johansen_loglog_ci", "log-log"),
    ("cif_transplant_abo", transplant, "abo", "aj", "log"),
]
STATE = {"estimate": "p", "std_error": "se", "conf_low": "lower", "conf_high": "upper"}


def same_states(case: str, rows: pd.DataFrame, block: dict) -> None:
    for state in [name[2:] for name in block if name.startswith("p:")]:
        mine = rows[rows["term"] == ("event-free" if state == "(s0)" else state)]
        for column, name in STATE.items():
            what = ("aalen_johansen", case, column.replace("_", " "))
            close(what, mine[column], block[f"{name}:{state}"])


@pytest.mark.parametrize(("name", "data", "by", "block", "scale"), INCIDENCE)
def test_incidence(name, data, by, block, scale):
    result = aalen_johansen(data(), duration="time", by=by, conf_type=scale)
    for label, expected in reference(name)["results"][block].items():
        rows = result.at(expected["time"])
        same_states(name, rows[rows["group"] == label.split("=")[1]], expected)


def test_incidence_at_every_jump():
    expected = reference("cif_transplant_abo")["results"]["all_at_jumps_first"]["all"]
    rows = aalen_johansen(transplant(), duration="time", conf_type="log").tidy()
    same_states("cif_transplant_abo", rows.groupby("term", sort=False).head(40), expected)


@pytest.mark.parametrize(
    ("name", "data", "by", "causes"),
    [
        ("cif_mgus2_sex", mgus, "sex", ["pcm", "death"]),
        ("cif_transplant_abo", transplant, "abo", ["ltx", "death", "withdraw"]),
    ],
)
def test_aalen_variance_is_that_of_cuminc(name, data, by, causes):
    expected = reference(name)["results"]["cuminc"]
    rows = aalen_johansen(data(), duration="time", by=by, variance="aalen").at(expected["times"])
    for row, estimate, variance in zip(
        expected["est"]["rows"], expected["est"]["values"], expected["var"]["values"]
    ):
        group, number = row.split()
        mine = rows[(rows["group"] == group) & (rows["cause"] == causes[int(number) - 1])]
        what = ("aalen_johansen", name)
        close((*what, "estimate (cuminc)"), mine["estimate"], estimate)
        close((*what, "Aalen's variance (cuminc)"), mine["std_error"] ** 2, variance)
