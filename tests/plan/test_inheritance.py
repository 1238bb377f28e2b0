"""Analyses that vary others."""

from support.plan_text import RESPONSE, faults, plan_of_text

from afterglow.plan.analyses import KaplanMeierAnalysis

MAIN = """
[analysis.main]
role = "primary"
label = "Main"
estimator = "aalen_johansen"
endpoint = "response"
by = "arm"
at_days = [28, 56]
naive_overlay = false
"""


def test_a_variant_inherits_every_key_but_role_and_label():
    plan = plan_of_text(RESPONSE, MAIN, '[analysis.variant]\nof = "main"\nconf_level = 0.9')
    variant = plan.analysis["variant"]
    assert (variant.role, variant.label, variant.of) == ("sensitivity", None, "main")
    assert (variant.by, variant.at_days, variant.naive_overlay) == ("arm", (28, 56), False)
    assert variant.conf_level == 0.9


def test_a_role_that_is_given_stands():
    plan = plan_of_text(RESPONSE, MAIN, '[analysis.variant]\nof = "main"\nrole = "secondary"')
    assert plan.analysis["variant"].role == "secondary"


def test_another_estimator_leaves_out_the_keys_it_does_not_have():
    variant = '[analysis.variant]\nof = "main"\nestimator = "kaplan_meier"'
    found = plan_of_text(RESPONSE, MAIN, variant).analysis["variant"]
    assert isinstance(found, KaplanMeierAnalysis)
    assert found.at_days == (28, 56)


def test_chains_the_nearest_wins_and_the_order_of_the_file_does_not_matter():
    third = '[analysis.third]\nof = "second"\n'
    second = '[analysis.second]\nof = "main"\nat_days = [7]\nby = "sex"\n'
    plan = plan_of_text(RESPONSE, third, second, MAIN)
    assert plan.analysis["third"].at_days == (7,)
    assert plan.analysis["third"].by == "sex"
    assert list(plan.analysis) == ["third", "second", "main"]


def test_a_name_that_is_not_there():
    assert faults(RESPONSE, MAIN, '[analysis.variant]\nof = "mian"') == [
        "plan.toml [analysis.variant]: of names no analysis: 'mian'. Did you mean 'main'?"
    ]


def test_a_loop():
    loop = '[analysis.a]\nof = "b"\n[analysis.b]\nof = "a"\n'
    assert faults(RESPONSE, loop) == [
        "plan.toml [analysis.a]: of leads back to itself: a → b → a.",
        "plan.toml [analysis.b]: of leads back to itself: b → a → b.",
    ]


def test_a_variant_of_itself():
    assert faults(RESPONSE, '[analysis.a]\nof = "a"') == [
        "plan.toml [analysis.a]: of leads back to itself: a → a."
    ]


def test_an_inherited_fault_is_told_once():
    wrong = MAIN.replace("[28, 56]", '"28"')
    assert faults(RESPONSE, wrong, '[analysis.variant]\nof = "main"') == [
        "plan.toml [analysis.main]: at_days must be a list in brackets, not text."
    ]
