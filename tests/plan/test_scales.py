"""Cut-offs and directions that contradict the scale."""

import pytest
from support.cohorts import INSTRUMENTS_DIR
from support.plan_text import HEAD, RELAPSE, RESPONSE, faults, plan_of_text

from afterglow.errors import PlanError
from afterglow.instruments.registry import load_library
from afterglow.plan.reading import plan_from_text
from afterglow.plan.scales import chosen_versions

OWN = f'instruments_dir = "{INSTRUMENTS_DIR.as_posix()}"\n'


def endpoint(kind: str, condition: str, instrument: str = "MADRS") -> str:
    origin = 'origin = "first_session"' if kind in ("relapse", "durability") else ""
    more = {
        "rapid_response": "at_hours = 24\nwindow_hours = 4",
        "sustained_response": "start_by_day = 7\nthrough_day = 28",
    }
    return (
        f'[endpoint.x]\nkind = "{kind}"\ninstrument = "{instrument}"\n'
        f"{condition}\n{origin}\n{more.get(kind, '')}\n"
    )


@pytest.mark.parametrize(
    ("kind", "condition", "meaning", "right"),
    [
        ("response", "score_at_least = 10", "better", "score_at_most"),
        ("remission", "score_at_least = 10", "better", "score_at_most"),
        ("rapid_response", "score_at_least = 10", "better", "score_at_most"),
        ("sustained_response", "score_at_least = 10", "better", "score_at_most"),
        ("relapse", "score_at_most = 22", "worse", "score_at_least"),
        ("durability", "score_at_most = 22", "worse", "score_at_least"),
    ],
)
def test_a_direction_against_the_scale(kind, condition, meaning, right):
    key = condition.partition(" ")[0]
    assert faults(endpoint(kind, condition)) == [
        f"plan.toml [endpoint.x]: a {kind} with {key} contradicts the scale: a higher MADRS is"
        f" worse. To be {meaning}, use {right}."
    ]


@pytest.mark.parametrize(
    ("kind", "wrong", "right"),
    [
        ("remission", "score_at_most = 18", "score_at_least = 18"),
        ("relapse", "score_at_least = 10", "score_at_most = 10"),
    ],
)
def test_a_scale_where_higher_is_better(kind, wrong, right):
    plan = plan_from_text(OWN + HEAD + endpoint(kind, right, "WELL"))
    assert plan.endpoint["x"].kind == kind
    with pytest.raises(PlanError, match="a higher WELL is better"):
        plan_from_text(OWN + HEAD + endpoint(kind, wrong, "WELL"))


def test_a_stated_direction_that_is_wrong():
    assert faults(RESPONSE, '[instrument.MADRS]\nhigher_is = "better"') == [
        "plan.toml [instrument.MADRS]: higher_is = 'better', but a higher MADRS is worse."
    ]


@pytest.mark.parametrize(
    ("section", "text"),
    [
        ("endpoint.x", endpoint("remission", "score_at_most = 10", "MARDS")),
        ("instrument.MARDS", RESPONSE + '[instrument.MARDS]\nrater = "self"'),
        ("baseline", RESPONSE + "[baseline]\nminimum = { MARDS = 20 }"),
    ],
)
def test_an_unknown_instrument(section, text):
    assert faults(text) == [
        f"plan.toml [{section}]: No instrument is called 'MARDS'. Did you mean 'MADRS'?"
    ]


def test_unknown_instruments_of_filters_and_of_the_report():
    text = '[population.x]\nfilters = [{ baseline = "GAD-8", at_least = 10 }]\n'
    assert faults(RESPONSE, text, '[report]\ntrajectories = ["PHQ8"]') == [
        "plan.toml [population.x]: filters, entry 1: No instrument is called 'GAD-8'."
        " Did you mean 'GAD7'?",
        "plan.toml [report]: trajectories: No instrument is called 'PHQ8'. Did you mean 'PHQ9'?",
    ]


def test_names_in_any_spelling_are_known():
    plan = plan_of_text(endpoint("remission", "score_at_most = 7", "ham-d17"))
    assert plan.endpoint["x"].instrument == "ham-d17"


def test_cut_offs_outside_the_range():
    filters = '[population.x]\nfilters = [{ baseline = "MADRS", at_least = 61, at_most = 70 }]\n'
    found = faults(
        endpoint("relapse", "score_at_least = 61"), filters, "[baseline]\nminimum = { MADRS = -1 }"
    )
    outside = "lies outside MADRS, which goes from 0 to 60."
    assert found == [
        f"plan.toml [endpoint.x]: score_at_least = 61 {outside}",
        f"plan.toml [baseline]: minimum.MADRS = -1 {outside}",
        f"plan.toml [population.x]: filters, entry 1: at_least = 61 {outside}",
        f"plan.toml [population.x]: filters, entry 1: at_most = 70 {outside}",
    ]


def test_the_range_is_that_of_the_version():
    short = '[instrument.MADRS]\nversion = "MADRS-S, items 0-3"\n'
    assert faults(endpoint("relapse", "score_at_least = 30"), short) == [
        "plan.toml [endpoint.x]: score_at_least = 30 lies outside MADRS, which goes from 0 to 27."
    ]


def test_an_unknown_version():
    found = faults(RESPONSE, '[instrument.MADRS]\nversion = "S"')
    assert found[0].startswith(
        "plan.toml [instrument.MADRS]: version = 'S' is not known. Known: standard, "
    )


def test_an_instrument_named_twice():
    text = '[instrument.MADRS]\nrater = "clinician"\n[instrument.madrs]\nrater = "self"'
    assert faults(RESPONSE, text) == [
        "plan.toml [instrument.madrs]: says again what [instrument.MADRS] says: keep one."
    ]


@pytest.mark.parametrize(
    ("kind", "condition"),
    [
        ("response", "improvement_at_least_percent = 50"),
        ("relapse", "improvement_below_percent = 50"),
        ("relapse", "returns_to_percent_of_baseline = 80"),
    ],
)
def test_percent_change_where_the_scale_has_none(kind, condition):
    ordinal = next(i for i in load_library() if not i.percent_change_allowed)
    found = faults(endpoint(kind, condition, ordinal.id))
    assert len(found) == 1
    assert f"percent change, which {ordinal.id} does not have" in found[0]
    assert ordinal.percent_change_reason in found[0]


def test_no_improvement_beyond_the_best_score():
    assert faults(endpoint("response", "improvement_at_least_percent = 120")) == [
        "plan.toml [endpoint.x]: improvement_at_least_percent cannot be above 100: that is the"
        " best score."
    ]


def test_returning_to_more_than_the_baseline_can_be_asked():
    plan = plan_of_text(endpoint("relapse", "returns_to_percent_of_baseline = 110"))
    assert plan.endpoint["x"].condition[1] == 110


def test_versions_leave_the_other_instruments_as_they_are():
    plan = plan_of_text(RESPONSE, RELAPSE, '[instrument.MADRS]\nversion = "24-hour recall"')
    library = load_library()
    chosen = chosen_versions(plan, library)
    assert chosen.get("MADRS").recall.days == 1
    assert [i.id for i in chosen] == [i.id for i in library]
    assert chosen.get("PHQ9") is library.get("PHQ9")
