"""An instrument, its versions, and files that contradict themselves."""

import pydantic
import pytest

from afterglow.errors import UsageError
from afterglow.instruments.instrument import Instrument
from afterglow.instruments.registry import get


def origin(**facts):
    return {"source": "test", "confidence": "established", **facts}


def content(**changes):
    return {
        "id": "T",
        "name": "Test scale",
        "measures": "nothing",
        "reference": "test",
        "rater": ["self"],
        "higher_is": "worse",
        "scale": "interval",
        "licence": "none",
        "recall": origin(text="today"),
        "form": origin(count=3, item_range=[0, 4], range=[0, 12]),
        **changes,
    }


def test_hamd_item_maxima():
    maxima = [item.maximum for item in get("HAMD17").items]
    assert maxima.count(4) == 9
    assert maxima.count(2) == 8
    assert sum(maxima) == 52


@pytest.mark.parametrize(
    ("higher_is", "best", "worst"),
    [("worse", 0, 12), ("better", 12, 0)],
)
def test_best_and_worst_follow_the_direction(higher_is, best, worst):
    instrument = Instrument.model_validate(content(higher_is=higher_is))
    assert (instrument.best, instrument.worst) == (best, worst)


def test_a_version_replaces_what_it_names_and_keeps_the_rest():
    hourly = get("MADRS").version("24-hour recall")
    assert hourly.recall.days == 1
    assert hourly.remission == get("MADRS").remission
    assert hourly.version_name == "24-hour recall"
    assert get("MADRS").version() is get("MADRS")
    assert get("MADRS").version("standard") is get("MADRS")


def test_a_version_with_another_range_inherits_no_points():
    longer = get("HAMD17").version("21 items")
    assert (longer.minimum, longer.maximum, longer.items) == (0, 64, ())
    assert [cutoff.value for cutoff in longer.remission] == [8, 10]
    assert longer.thresholds == ()
    assert longer.meaningful_change == ()
    assert [response.percent for response in longer.response] == [50]
    assert get("CAPS5").response[1].points == 10


def test_an_unknown_version_is_refused_with_a_suggestion():
    with pytest.raises(UsageError, match="Did you mean '24-hour recall'"):
        get("MADRS").version("24 hour recall")


def test_items_are_known_inside_named_instruments_only():
    assert get("HAMD6").items_in("HAMD17")[-1] == "item_13"
    with pytest.raises(UsageError, match="not known to be part of MADRS"):
        get("HAMD6").items_in("MADRS")


def test_nothing_can_be_changed():
    with pytest.raises(pydantic.ValidationError):
        get("MADRS").id = "other"


@pytest.mark.parametrize(
    ("scale", "given", "allowed"),
    [
        ("interval", "", True),
        ("interval", "the baseline is usually the best score", False),
        ("ordinal", "", False),
        ("signed", "", False),
    ],
)
def test_percent_change_is_forbidden_with_a_reason(scale, given, allowed):
    instrument = Instrument.model_validate(content(scale=scale, no_percent_change=given))
    assert instrument.percent_change_allowed is allowed
    assert bool(instrument.percent_change_reason) is not allowed


FORM = content()["form"]
BANDS = {"none": [0, 4], "some": [5, 12]}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"form": FORM | {"range": [0, 13]}}, "range is not what the items"),
        ({"form": FORM | {"range": [12, 0]}}, "from the smallest to the largest"),
        ({"form": FORM | {"item_range": [4, 0]}}, "an item's range must go"),
        ({"form": FORM | {"reversed": ["item_4"]}}, "'item_4' is not an item of this form"),
        ({"form": FORM | {"count": 0}}, "greater than or equal to 1"),
        (
            {"form": FORM | {"groups": {"a": ["item_1", "item_2"], "b": ["item_2"]}}},
            "item_2 named more than once",
        ),
        ({"form": FORM | {"either_or": [["item_1", "item_2"]]}}, "must be in one group together"),
        (
            {"form": FORM | {"subscales": [origin(id="s", items=["item_1"], range=[0, 5])]}},
            "range of subscale s is not what its items add up to",
        ),
        (
            {"form": FORM | {"subscales": [origin(id="s", items=["item_1"] * 2, range=[0, 8])]}},
            "subscale s: item_1 named more than once",
        ),
        ({"bands": [origin(ranges=BANDS | {"some": [6, 12]})]}, "'none' and 'some' leave a gap"),
        ({"bands": [origin(ranges=BANDS | {"some": [4, 12]})]}, "'none' and 'some' leave a gap"),
        ({"bands": [origin(ranges=BANDS | {"some": [5, 11]})]}, "cover the whole range"),
        ({"bands": [origin(ranges={})]}, "cover the whole range"),
        ({"remission": [origin(at_least=3, used_by="x")]}, "remission ≥ 3 is on the side of"),
        (
            {"thresholds": [origin(below=3, used_by="x", purpose="relapse")]},
            "relapse < 3 is on the side of the well",
        ),
        ({"remission": [origin(at_most=3, below=3)]}, "exactly one of at_most"),
        ({"response": [origin(used_by="x")]}, "exactly one of points, percent"),
        ({"versions": [{"name": "v", "bands": [origin(ranges=BANDS)]}]}, "a form of its own"),
        ({"recall": {"text": "today", "source": "test"}}, "confidence"),
        ({"recall": origin(text="today", confidence="sure")}, "established"),
    ],
)
def test_a_contradiction_is_refused(changes, message):
    with pytest.raises(pydantic.ValidationError, match=message):
        Instrument.model_validate(content(**changes))


def test_mean_with_groups_and_unscored_items():
    form = FORM | {
        "count": 4,
        "combine": "mean",
        "range": [0, 4],
        "groups": {"pair": ["item_1", "item_2"]},
        "unscored": ["item_4"],
    }
    instrument = Instrument.model_validate(content(form=form))
    assert instrument.form.parts == (("item_3",), ("item_1", "item_2"))
    assert not instrument.form.whole_totals
