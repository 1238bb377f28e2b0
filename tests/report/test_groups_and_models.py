"""Tests between groups, mean times, parametric models and risk differences in the report."""

import pytest
from support.demo_setting import NAME, shown

from afterglow.plan.clauses import Term
from afterglow.plan.group_analyses import LogrankAnalysis, MaxComboAnalysis, RmstAnalysis
from afterglow.plan.parametric_analyses import (
    AftAnalysis,
    FlexibleParametricAnalysis,
    PseudoValuesAnalysis,
)
from afterglow.report.blocks import FigureBlock
from afterglow.report.presentations import finding, presentation
from afterglow.tables.format import NBSP

BASE = {"endpoint": "durability", "population": "evaluable"}
ARM = {"by": "arm", "reference": "racemic ketamine"}
TERMS = (Term(column="arm", reference="racemic ketamine"), Term(column="age", per=10))
ASKED = {
    "logrank": LogrankAnalysis(
        estimator="logrank", **BASE, by="site_id", weighting="fleming-harrington", powers=(0, 1),
        trend=True, pairs=True,
    ),
    "max_combo": MaxComboAnalysis(estimator="max_combo", **BASE, **ARM),
    "rmst": RmstAnalysis(estimator="rmst", **BASE, **ARM, tau_days=84, medians=True, resamples=100),
    "rmst by site": RmstAnalysis(estimator="rmst", **BASE, by="site_id", tau_days=56),
    "aft": AftAnalysis(estimator="aft", **BASE, terms=TERMS, distribution="lognormal"),
    "flexible_parametric": FlexibleParametricAnalysis(
        estimator="flexible_parametric", **BASE, by="arm", df=2, at_days=(28.0, 56.0)
    ),
    "pseudo_values": PseudoValuesAnalysis(
        estimator="pseudo_values", **{**BASE, "endpoint": "relapse"}, terms=TERMS, at_days=(56.0,)
    ),
    "pseudo ratio": PseudoValuesAnalysis(
        estimator="pseudo_values", **BASE, terms=TERMS, measure="restricted_mean", tau_days=56.0,
        link="log",
    ),
}  # fmt: skip
BLOCKS = {
    "logrank": ["table", "pairs"],
    "max_combo": ["table"],
    "rmst": ["table"],
    "rmst by site": ["forest", "table"],
    "aft": ["forest", "coefficients", "tests", "residuals"],
    "flexible_parametric": ["hazard", "hazard-table"],
    "pseudo_values": ["forest", "effects"],
    "pseudo ratio": ["forest", "coefficients"],
}


@pytest.fixture(scope="module")
def every():
    return {name: shown(analysis) for name, analysis in ASKED.items()}


def blocks_of(rows):
    return [block for block in presentation(rows).blocks(rows) if block is not None]


def words_of(rows) -> str:
    return finding(rows).replace(NBSP, " ")


@pytest.mark.parametrize("name", ASKED)
def test_what_is_shown(every, name):
    blocks = blocks_of(every[name])
    assert [block.name.removeprefix(f"analysis-{NAME}-") for block in blocks] == BLOCKS[name]
    for block in blocks:
        table = block.data if isinstance(block, FigureBlock) else block.table
        assert any(group.rows for group in table.groups)
        if isinstance(block, FigureBlock):
            assert "<svg" in block.svg
            assert block.caption.endswith(".")
            assert block.alt.endswith(".")


@pytest.mark.parametrize("name", ASKED)
def test_findings_and_methods_are_sentences(every, name):
    assert words_of(every[name]).endswith(".")
    paragraphs = list(presentation(every[name]).methods([every[name]]))
    assert paragraphs
    assert all(words.endswith(".") and "{" not in words for words in paragraphs)
    assert presentation(every[name]).ran(every[name])


def test_the_log_rank_finding_says_trend_and_pairs(every):
    words = words_of(every["logrank"])
    assert "A trend over the order of the groups has p" in words
    assert "After adjustment" in words
    methods = " ".join(presentation(every["logrank"]).methods([every["logrank"]]))
    assert "(1 − S) of the curve of all groups" in methods
    assert "Holm" in methods


def test_the_weighted_table_says_that_it_is_weighted(every):
    table = blocks_of(every["logrank"])[0].table
    assert [column.header for column in table.columns][2:] == [
        "Events observed, weighted",
        "Events expected, weighted",
    ]


def test_the_max_combo_finding_names_the_pair(every):
    assert "(esketamine vs racemic ketamine)" in words_of(every["max_combo"])


def test_mean_times_have_their_denominators_and_their_difference(every):
    rows = every["rmst"]
    found = rows.one("restricted_mean_difference", group="esketamine vs racemic ketamine", day=84.0)
    words = words_of(rows)
    assert words.startswith("Up to day 84 the mean time without the event is")
    assert (
        f"Difference: esketamine vs racemic ketamine {found.estimate:.1f}".replace("-", "−")
        in words
    )
    had = rows.value("n_events", group="esketamine")
    assert f"({had:.0f} of {rows.n('esketamine'):.0f} had the event)" in words


def test_time_ratios_say_ratio_and_interval(every):
    rows = every["aft"]
    arm = rows.one("time_ratio", term="arm: esketamine vs racemic ketamine", level="arm")
    assert f"{arm.estimate:.2f} (95 % CI {arm.conf_low:.2f}–{arm.conf_high:.2f})" in words_of(rows)
    methods = " ".join(presentation(rows).methods([rows]))
    assert "log-normal distribution" in methods
    assert "between the last visit known free and that visit" in methods


def test_risk_differences_are_in_percent(every):
    rows = every["pseudo_values"]
    arm = rows.one("risk_difference", term="arm: esketamine vs racemic ketamine", level="arm")
    assert f"{100 * arm.estimate:.1f} %" in words_of(rows)


def test_what_could_not_be_fitted_says_why():
    rows = shown(
        ASKED["rmst"].model_copy(
            update={"tau_days": 5000.0, "medians": False, "endpoint": "response", "naive": True}
        )
    )
    assert "Mean times could not be compared: naive: " in words_of(rows)
    assert "tau = 5000 lies beyond" in words_of(rows)
    assert blocks_of(rows) == []
    rows = shown(ASKED["pseudo ratio"].model_copy(update={"endpoint": "relapse"}))
    assert "compete" in words_of(rows)
