"""Cox models against R on public cohorts: coefficients, variances, tests, curves."""

import numpy as np
import pandas as pd
import pytest
from support.conformance import agree
from support.shared import reference, shared_file

from afterglow.estimate.cox.model import Cox, cox

LUNG = ["time", "status", "age", "sex"]
TESTS = {"lr": "likelihood ratio", "score": "score", "robust_score": "robust score"}


def table(name: str, *complete: str) -> pd.DataFrame:
    data = pd.read_csv(shared_file("data", f"{name}.csv"))
    return data.dropna(subset=list(complete)).reset_index(drop=True)


def lung(*more: str) -> pd.DataFrame:
    data = table("lung", *LUNG, *more)
    return data.assign(event=data["status"] == 2, w=data["age"] / 60)


def heart() -> pd.DataFrame:
    return table("heart")


def channing() -> pd.DataFrame:
    data = table("channing")
    return data[data["ageentry"] < data["age"]]


def smoking() -> pd.DataFrame:
    data = table("pharmacosmoking")
    return data.assign(t=np.where(data["ttr"] == 0, 0.5, data["ttr"]))


LATE = {"entry": "start", "duration": "stop"}
AGE = {"entry": "ageentry", "duration": "age", "event": "death"}
DAYS = {"duration": "time"}
RELAPSE = {"duration": "t", "event": "relapse"}
PATIENT = ["age", "sex", "ph_ecog"]
HEART = "age + year + surgery + transplant"
SMOKER = ["grp", "age", "employment"]

MODELS = {
    ("cox_lung_ties", "efron"): lambda: cox(lung("ph_ecog"), PATIENT, **DAYS),
    ("cox_lung_ties", "breslow"): lambda: cox(lung("ph_ecog"), PATIENT, **DAYS, ties="breslow"),
    ("cox_lung_ties", "exact"): lambda: cox(lung("ph_ecog"), PATIENT, **DAYS, ties="exact"),
    ("cox_heart_counting", "efron"): lambda: cox(heart(), HEART, **LATE),
    ("cox_heart_counting", "breslow"): lambda: cox(heart(), HEART, **LATE, ties="breslow"),
    ("cox_heart_counting", "interaction_cluster"): lambda: cox(
        heart(), "(age + surgery) * transplant", **LATE, cluster="id"
    ),
    ("cox_lung_strata_cluster", "stratified"): lambda: cox(
        lung("ph_ecog", "inst"), ["age", "ph_ecog"], **DAYS, strata="sex"
    ),
    ("cox_lung_strata_cluster", "stratified_cluster"): lambda: cox(
        lung("ph_ecog", "inst"), ["age", "ph_ecog"], **DAYS, strata="sex", cluster="inst"
    ),
    ("cox_lung_strata_cluster", "cluster"): lambda: cox(
        lung("ph_ecog", "inst"), ["age", "ph_ecog", "sex"], **DAYS, cluster="inst"
    ),
    ("cox_channing_lefttrunc", "efron"): lambda: cox(channing(), ["gender"], **AGE),
    ("cox_channing_lefttrunc", "breslow"): lambda: cox(
        channing(), ["gender"], **AGE, ties="breslow"
    ),
    ("cox_channing_lefttrunc", "exact"): lambda: cox(channing(), ["gender"], **AGE, ties="exact"),
    ("cox_pharmacosmoking", "efron"): lambda: cox(smoking(), SMOKER, **RELAPSE),
    ("cox_pharmacosmoking", "breslow"): lambda: cox(smoking(), SMOKER, **RELAPSE, ties="breslow"),
    ("cox_pharmacosmoking", "exact"): lambda: cox(smoking(), SMOKER, **RELAPSE, ties="exact"),
    ("cox_ovarian_residuals", "fit"): lambda: ovarian(),
    ("cox_ovarian_residuals", "robust"): lambda: ovarian(robust=True),
    ("cox_weighted_lung", "model"): lambda: weighted(),
    ("cox_weighted_lung", "robust"): lambda: weighted(robust=True),
    ("cox_weighted_lung", "breslow_robust"): lambda: weighted(robust=True, ties="breslow"),
}


def ovarian(**options) -> Cox:
    columns = {"duration": "futime", "event": "fustat"}
    return cox(table("ovarian"), ["age", "rx", "ecog_ps"], **columns, **options)


def weighted(**options) -> Cox:
    return cox(lung(), ["sex", "age"], **DAYS, weights="w", **options)


@pytest.mark.parametrize(("case", "model"), MODELS, ids=lambda word: str(word))
def test_a_model_matches_r(case, model):
    theirs = reference(case)["results"][model]
    ours = MODELS[case, model]()
    rows, coefficients = ours.tidy(), theirs["coef"]

    def check(quantity, found, expected):
        agree("cox", case, f"{quantity} ({model.replace('_', ' ')})", found, expected)

    def same(found, expected):
        np.testing.assert_allclose(np.asarray(found, dtype=float), expected, rtol=1e-8)

    check("coefficient", rows["estimate"], coefficients["coef"])
    same(rows["hazard_ratio"], coefficients["hr"])
    used = rows["robust_std_error"] if "se_naive" in coefficients else rows["std_error"]
    check("standard error", used, coefficients["se"])
    if "se_naive" in coefficients:
        check("model-based standard error", rows["std_error"], coefficients["se_naive"])
    same(ours.variance, theirs["vcov"]["values"])
    same(rows["statistic"], coefficients["z"])
    same(rows["p_value"], coefficients["p"])
    limits = np.transpose([coefficients["hr_lower"], coefficients["hr_upper"]])
    same(rows[["hazard_ratio_low", "hazard_ratio_high"]], limits)
    check("log-likelihood", [ours.fit.loglik_null, ours.fit.loglik],
          [theirs["loglik_null"], theirs["loglik"]])  # fmt: skip
    assert rows["n_events"].iloc[0] == theirs["nevent"]
    tests = ours.tests().tidy().set_index("term")
    for key, name in TESTS.items():
        if theirs[key] is not None:
            check(f"{name} test", tests.loc[name, "statistic"], theirs[key]["test"])
            same(tests.loc[name, "p_value"], theirs[key]["pvalue"])
    # R's summary rounds the Wald statistic to two decimals, but not its p-value.
    check("p-value of the Wald test", tests.loc["Wald", "p_value"], theirs["wald"]["pvalue"])
    assert round(tests.loc["Wald", "statistic"], 2) == theirs["wald"]["test"]


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_baseline_hazard_matches_r(ties):
    theirs = reference("cox_lung_ties")["results"][f"basehaz_{ties}_uncentered"]
    ours = MODELS["cox_lung_ties", ties]().baseline().tidy()
    agree("cox", "cox_lung_ties", f"baseline hazard ({ties})",
          ours["estimate"], theirs["hazard"])  # fmt: skip
    assert ours["time_days"].tolist() == theirs["time"]


@pytest.mark.parametrize(("ties", "conf_type"), [("efron", "log-log"), ("breslow", "log")])
def test_predicted_curves_match_r(ties, conf_type):
    theirs = reference("cox_lung_ties")["results"]["predicted"]
    ours = (
        MODELS["cox_lung_ties", ties]()
        .predict(pd.DataFrame(theirs["newdata"]), theirs["times"], conf_type=conf_type)
        .tidy()
    )
    scale = conf_type.replace("-", "")
    names = {"estimate": f"surv_{ties}", "std_error": f"se_{ties}",
             "conf_low": f"lower_{scale}", "conf_high": f"upper_{scale}"}  # fmt: skip
    for column, key in names.items():
        found = ours[column].to_numpy().reshape(2, -1).T
        agree("cox", "cox_lung_ties", f"predicted {column} ({ties})", found, theirs[key]["values"])


def test_linear_predictor_matches_r():
    theirs = reference("cox_lung_ties")["results"]
    model = MODELS["cox_lung_ties", "efron"]()
    means = np.array([theirs["means"][name] for name in PATIENT])
    ours = model.linear_predictor()[:5] - means @ model.fit.beta
    agree("cox", "cox_lung_ties", "linear predictor", ours,
          theirs["linear_predictor_centered_first5"], atol=1e-13)  # fmt: skip
    information = -2 * model.fit.loglik + np.array([2, np.log(164)]) * 3
    agree("cox", "cox_lung_ties", "AIC and BIC", information, [theirs["aic"], theirs["bic"]])


def test_dropping_terms_matches_r():
    theirs = reference("cox_pharmacosmoking")["results"]
    whole = MODELS["cox_pharmacosmoking", "efron"]()
    table = theirs["drop1"]
    for term, expected in zip(SMOKER, table["LRT"][1:], strict=True):
        rest = [name for name in SMOKER if name != term]
        ours = 2 * (whole.fit.loglik - cox(smoking(), rest, **RELAPSE).fit.loglik)
        agree(
            "cox", "cox_pharmacosmoking", f"likelihood ratio of {term}", ours, expected, atol=1e-11
        )
    wald = whole.tests(["employment"]).tidy().iloc[0]
    expected = theirs["type3_wald_employment"]
    agree("cox", "cox_pharmacosmoking", "Wald test of employment",
          wald[["statistic", "df", "p_value"]].tolist(), list(expected.values()))  # fmt: skip
