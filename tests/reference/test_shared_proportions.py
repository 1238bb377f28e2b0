"""Proportions against R: one sample, differences, ratios, odds ratios and their tests."""

import numpy as np
import pandas as pd
import pytest
from support.conformance import agree
from support.shared import reference, shared_file

from afterglow.estimate.proportion import proportion
from afterglow.estimate.proportion_difference import proportion_difference
from afterglow.estimate.proportion_ratio import odds_ratio, proportion_ratio
from afterglow.estimate.response_rate import response_rate

RTOL = 1e-8
SCORE_ATOL = 1e-6  # R solves the score equation by uniroot
ONE = {
    "wilson": "wilson",
    "wilson-cc": "wilson_cc",
    "clopper-pearson": "clopper_pearson",
    "jeffreys": "jeffreys",
    "agresti-coull": "agresti_coull",
    "wald": "wald",
}
TWO = {
    "miettinen-nurminen": ("miettinen_nurminen", "ratesci_mn_rd"),
    "mee": ("mee",),
    "newcombe": ("newcombe",),
    "newcombe-cc": ("newcombe_cc",),
    "wald": ("wald",),
    "wald-cc": ("wald_cc",),
}


def limits(result) -> list[float]:
    return result.tidy()[["conf_low", "conf_high"]].to_numpy()[0].tolist()


def close(
    quantity, actual, expected, rtol=RTOL, atol=1e-12, case="proportions_lii_ketamine"
) -> None:
    agree("proportion", case, quantity, actual, expected, rtol=rtol, atol=atol)


def pairs() -> list[dict]:
    results = reference("proportions_lii_ketamine")["results"]
    return results["response"] + results["remission"] + list(results["textbook_newcombe"].values())


def counts(case: dict) -> tuple[int, int, int, int]:
    return case["x1"], case["n1"], case["x2"], case["n2"]


@pytest.mark.parametrize("method", ONE)
def test_one_proportion(method):
    for case in reference("proportions_lii_ketamine")["results"]["single"]:
        close(
            f"{method} limits",
            limits(proportion(case["x"], case["n"], method=method)),
            case[ONE[method]],
        )


def test_one_proportion_at_another_level_and_by_r_itself():
    for case in reference("proportions_lii_ketamine")["results"]["single"]:
        close(
            "wilson limits (90 %)",
            limits(proportion(case["x"], case["n"], conf_level=0.9)),
            case["wilson90"],
        )
        exact = proportion(case["x"], case["n"], method="clopper-pearson")
        close("binom.test limits", limits(exact), case["R_binom_test"])


@pytest.mark.parametrize("method", TWO)
def test_difference(method):
    atol = SCORE_ATOL if method in ("miettinen-nurminen", "mee") else 1e-12
    for case in pairs():
        for name in TWO[method]:
            found = limits(proportion_difference(*counts(case), method=method))
            close(f"difference: {method} limits", found, case[name], atol=atol)


def test_chi_square_tests():
    for case in pairs():
        for method, suffix in (("wald", ""), ("newcombe", ""), ("wald-cc", "_cc")):
            row = proportion_difference(*counts(case), method=method).tidy().iloc[0]
            close(f"chi-squared{suffix}", row["statistic"] ** 2, case[f"chisq{suffix}"])
            close(f"p value{suffix}", row["p_value"], case[f"chisq{suffix}_p"])


def test_score_ratios():
    for case in pairs():
        close(
            "ratio: score limits",
            limits(proportion_ratio(*counts(case))),
            case["ratesci_mn_rr"],
            1e-7,
            SCORE_ATOL,
        )
        close(
            "odds ratio: score limits",
            limits(odds_ratio(*counts(case))),
            case["ratesci_mn_or"],
            1e-7,
            SCORE_ATOL,
        )


def test_logarithmic_ratios():
    for case in pairs():
        for function, method, name in (
            (proportion_ratio, "katz", "rr"),
            (odds_ratio, "woolf", "or"),
        ):
            result = function(*counts(case), method=method)
            if case[name] is None:
                assert np.isnan(limits(result)).all()
                continue
            close(f"{method} limits", limits(result), [case[name]["lower"], case[name]["upper"]])
            close(f"{method} standard error", result.tidy()["std_error"], [case[name]["se_log"]])


def test_fisher():
    for case in pairs():
        row = odds_ratio(*counts(case), method="fisher").tidy().iloc[0]
        close("p value (Fisher)", row["p_value"], case["fisher_p"], 1e-7)
        # fisher.test stops its root search early: its upper limits are right to two digits only
        found = [row["estimate"], row["conf_low"], row["conf_high"]]
        expected = [case["fisher_or_cmle"], *case["fisher_or_ci"]]
        np.testing.assert_allclose(found, np.array(expected, dtype=float), rtol=1e-2)


def test_esketamine_in_adolescents():
    expected = reference("proportions_esketamine_adolescents")["results"]
    data = pd.read_csv(shared_file("data", "esketamine_adolescents_madrs.csv"))
    data["event"] = data["MADRS_Post"] <= 0.5 * data["MADRS_Baseline"]
    row = response_rate(data).tidy().iloc[0]
    assert (row["n_events"], row["n"]) == (expected["responders"], expected["n"])
    what = "proportions_esketamine_adolescents"
    close(
        "wilson limits", [row["conf_low"], row["conf_high"]], expected["response_wilson"], case=what
    )
    exact = response_rate(data, method="clopper-pearson")
    close("clopper-pearson limits", limits(exact), expected["response_cp"], case=what)
