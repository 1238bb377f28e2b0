"""What a plan file may hold, and what is said of one that cannot be followed."""

import pytest
from support.plan_text import CURVE, HEAD, RELAPSE, RESPONSE, faults, plan_of_text

from afterglow.errors import PlanError
from afterglow.plan.analyses import AVAILABLE_ESTIMATORS, LATER_ESTIMATORS
from afterglow.plan.model import RESERVED_KEYS
from afterglow.plan.reading import instruments_of, plan_from_text, read_plan

MISSPELT = {
    "at the top": ("seeed = 3", "plan.toml: unknown key 'seeed'. Did you mean 'seed'?"),
    "in data": (
        RESPONSE + "[data.scores]\ncolums = {}",
        "plan.toml [data.scores]: unknown key 'colums'. Did you mean 'columns'?",
    ),
    "in a list of tables": (
        RESPONSE + '[data.scores]\nwide = [{ colunm = "a", column = "b", day = 1 }]\n'
        'constants = { instrument = "MADRS" }',
        "plan.toml [data.scores]: wide, entry 1: unknown key 'colunm'. Did you mean 'column'?",
    ),
    "in a rule": (
        RESPONSE + "[course]\nmax_gap_day = 3",
        "plan.toml [course]: unknown key 'max_gap_day'. Did you mean 'max_gap_days'?",
    ),
    "in an endpoint": (
        RESPONSE + RELAPSE + "score_at_lest = 22",
        "plan.toml [endpoint.relapse]: unknown key 'score_at_lest'. Did you mean 'score_at_least'?",
    ),
    "in a clause": (
        RESPONSE + "confirm = { visit = 2 }",
        "plan.toml [endpoint.response]: confirm: unknown key 'visit'. Did you mean 'visits'?",
    ),
    "in a clause or a word": (
        RESPONSE + "until = { dayz = 2 }",
        "plan.toml [endpoint.response]: until: unknown key 'dayz'. Did you mean 'days'?",
    ),
    "in a filter": (
        RESPONSE + '[population.x]\nfilters = [{ column = "sex", inn = ["F"], at_least = 1 }]',
        "plan.toml [population.x]: filters, entry 1: unknown key 'inn'. Did you mean 'in'?",
    ),
    "in an analysis": (
        RESPONSE + CURVE + "quantile = [0.5]",
        "plan.toml [analysis.curve]: unknown key 'quantile'. Did you mean 'quantiles'?",
    ),
    "a key of another estimator": (
        RESPONSE + CURVE + 'missing = ["observed"]',
        "plan.toml [analysis.curve]: unknown key 'missing'. Known keys: role, label, of, endpoint,"
        " population, by, reference, strata, cluster, cycle, strategy, conf_level,"
        " landmark_days, naive, at_days, conf_type, estimator, quantiles.",
    ),
}
WRONG = {
    "a number for text": (
        RESPONSE + "label = 3",
        "plan.toml [endpoint.response]: label must be text in quotes, not a whole number.",
    ),
    "text for a number": (
        RESPONSE + '[course]\nmax_gap_days = "10"',
        "plan.toml [course]: max_gap_days must be a number, not text.",
    ),
    "true for a number": (
        RESPONSE + "[course]\nmax_gap_days = true",
        "plan.toml [course]: max_gap_days must be a number, not true or false.",
    ),
    "a decimal for a count": (
        RESPONSE + "[course]\nmax_sessions = 6.5",
        "plan.toml [course]: max_sessions must be a whole number, not a number with decimals.",
    ),
    "a date": (
        RESPONSE + "[course]\nmax_days = 2026-01-01",
        "plan.toml [course]: max_days must be a number, not a date or time.",
    ),
    "text for a list": (
        RESPONSE + 'timing = "pre-dose"',
        "plan.toml [endpoint.response]: timing must be a list in brackets, not text.",
    ),
    "a list for a table": (
        RESPONSE + "confirm = [2]",
        "plan.toml [endpoint.response]: confirm must be a table of keys, not a list.",
    ),
    "text where a table or a word stands": (
        RESPONSE + 'until = "never"',
        "plan.toml [endpoint.response]: until must be a table of keys or 'none', not text.",
    ),
    "a value in a list": (
        RESPONSE + 'timing = ["pre-dose", "pre-doze"]',
        "plan.toml [endpoint.response]: timing, entry 2 = 'pre-doze' is not known. Did you mean"
        " 'pre-dose'? Choose pre-dose, post-dose, off-dose or untagged.",
    ),
    "too small": (
        RESPONSE + "confirm = { visits = 0 }",
        "plan.toml [endpoint.response]: confirm.visits must be 1 or more.",
    ),
    "too short": (
        RESPONSE + "[baseline]\nwindow_days = [-14]",
        "plan.toml [baseline]: window_days has too few entries.",
    ),
    "too long": (
        RESPONSE + "[baseline]\nwindow_days = [-14, -7, 0]",
        "plan.toml [baseline]: window_days has too many (at most 2 allowed) entries.",
    ),
    "not finite": (
        RESPONSE + "[course]\nmax_days = inf",
        "plan.toml [course]: max_days must be a finite number, not a number with decimals.",
    ),
    "against its rule": (
        RESPONSE + "[baseline]\nwindow_days = [0, 14]",
        "plan.toml [baseline]: window_days must be [earlier, later] and end at 0 or before.",
    ),
    "two conditions": (
        RESPONSE + "score_at_most = 10",
        "plan.toml [endpoint.response]: give exactly one of: improvement_at_least_percent,"
        " score_at_most, score_at_least.",
    ),
    "missing": (
        '[endpoint.x]\nkind = "response"\nscore_at_most = 10',
        "plan.toml [endpoint.x]: instrument is missing.",
    ),
    "no kind": (
        RESPONSE + '[endpoint.x]\ninstrument = "MADRS"',
        "plan.toml [endpoint.x]: kind is missing.",
    ),
    "an unknown kind": (
        RESPONSE + '[endpoint.x]\nkind = "relaps"',
        "plan.toml [endpoint.x]: kind = 'relaps' is not known. Did you mean 'relapse'? Choose"
        " response, remission, rapid_response, sustained_response, relapse, durability, booster"
        " or latency.",
    ),
    "a list for a kind": (
        RESPONSE + '[endpoint.x]\nkind = ["relapse"]',
        "plan.toml [endpoint.x]: kind must be text in quotes, not a list.",
    ),
    "a list for an estimator": (
        RESPONSE + '[analysis.x]\nestimator = ["logrank"]\nendpoint = "response"',
        "plan.toml [analysis.x]: estimator must be text in quotes, not a list.",
    ),
    "an unknown estimator": (
        RESPONSE + '[analysis.x]\nestimator = "kaplan_meyer"\nendpoint = "response"',
        "plan.toml [analysis.x]: estimator = 'kaplan_meyer' is not known. Did you mean"
        f" 'kaplan_meier'? Choose {', '.join(AVAILABLE_ESTIMATORS[:-1])} or"
        f" {AVAILABLE_ESTIMATORS[-1]}.",
    ),
    "a clock": (
        RESPONSE + 'origin = "course end"',
        "plan.toml [endpoint.response]: origin: 'course end' is no clock. Did you mean"
        " 'course_end'? Choose first_session, course_end, endpoint:NAME, event:NAME or"
        " column:NAME.",
    ),
    "a name": (
        RESPONSE.replace("endpoint.response", "endpoint.time-to"),
        "plan.toml [endpoint.time-to]: 'time-to' is not a name: use letters, digits and _, with"
        " a letter first.",
    ),
    "a test without groups": (
        RESPONSE + '[analysis.x]\nestimator = "logrank"\nendpoint = "response"',
        "plan.toml [analysis.x]: it compares groups: name their column in 'by'.",
    ),
}


@pytest.mark.parametrize(("text", "said"), MISSPELT.values(), ids=MISSPELT)
def test_a_misspelt_key(text, said):
    if text.startswith("seeed"):
        text = RESPONSE
        with pytest.raises(PlanError) as error:
            plan_from_text("seeed = 3\n" + HEAD + text)
        assert str(error.value) == said
    else:
        assert faults(text) == [said]


@pytest.mark.parametrize(("text", "said"), WRONG.values(), ids=WRONG)
def test_a_wrong_value(text, said):
    assert faults(text) == [said]


def test_every_fault_is_told_at_once():
    text = RESPONSE + "label = 3\nunti = 3\n[course]\nmax_days = 0\nmax_gap = 1"
    with pytest.raises(PlanError) as error:
        plan_from_text(HEAD + text, name="site.toml")
    assert str(error.value).splitlines() == [
        "site.toml has 4 problems:",
        "  - site.toml [course]: max_days must be above 0.",
        "  - site.toml [course]: unknown key 'max_gap'. Did you mean 'max_gap_days'?",
        "  - site.toml [endpoint.response]: label must be text in quotes, not a whole number.",
        "  - site.toml [endpoint.response]: unknown key 'unti'. Did you mean 'until'?",
    ]


@pytest.mark.parametrize("estimator", LATER_ESTIMATORS)
def test_estimators_of_later_versions(estimator):
    text = f'[analysis.x]\nestimator = "{estimator}"\nendpoint = "response"\nterms = ["arm"]'
    assert faults(RESPONSE, text) == [
        f"plan.toml [analysis.x]: the estimator '{estimator}' is not yet available. "
        f"Available: {', '.join(AVAILABLE_ESTIMATORS)}."
    ]


@pytest.mark.parametrize("key", RESERVED_KEYS)
def test_sections_of_later_versions(key):
    assert faults(RESPONSE, f"[{key}]\nminimum = 6") == [
        f"plan.toml: [{key}] is not yet available: leave it out."
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('title = "a"\nseed = ', "plan.toml, line 2: this is not valid TOML (Invalid value)."),
        (
            "title = 1\ntitle = 2",
            "plan.toml, line 2: this is not valid TOML (Cannot overwrite a value).",
        ),
        ('title = """a', "plan.toml, line 1: this is not valid TOML (Unterminated string)."),
    ],
)
def test_syntax(text, said):
    with pytest.raises(PlanError) as error:
        plan_from_text(text)
    assert str(error.value) == said


def test_files_that_cannot_be_read(tmp_path):
    (tmp_path / "latin.toml").write_bytes('title = "Ma\xdfe"'.encode("latin-1"))
    said = {
        "absent.toml": "There is no plan file 'absent.toml' in that folder.",
        "latin.toml": "latin.toml is not text in UTF-8. Save it as UTF-8.",
        ".": f"'{tmp_path.name}' is a folder. Give the plan file in it.",
    }
    for name, words in said.items():
        with pytest.raises(PlanError) as error:
            read_plan(tmp_path / name)
        assert str(error.value) == words


def test_a_byte_order_mark_is_no_fault(tmp_path):
    (tmp_path / "plan.toml").write_text(HEAD + RESPONSE, encoding="utf-8-sig")
    assert read_plan(tmp_path / "plan.toml").title == "A plan"


def test_a_plan_keeps_what_it_says_and_fills_in_the_rest():
    plan = plan_of_text(RESPONSE, CURVE)
    assert plan.endpoint["response"].condition == ("improvement_at_least_percent", 50)
    assert plan.analysis["curve"].quantiles == (0.5,)
    assert plan.course.max_gap_days == 10


def test_a_missing_folder_of_instruments_is_a_fault():
    with pytest.raises(PlanError, match="instruments_dir: mine is not a folder"):
        plan_from_text('instruments_dir = "mine"\n' + HEAD + RESPONSE)


def test_instruments_come_in_the_version_that_the_plan_chose(tmp_path):
    plan = plan_of_text(RESPONSE, '[instrument.MADRS]\nversion = "MADRS-S, items 0-3"')
    assert instruments_of(plan, tmp_path).get("madrs").maximum == 27
