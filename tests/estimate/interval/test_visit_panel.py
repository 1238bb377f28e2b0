"""Visit dates, midpoints and intervals side by side, and the lateness that they show."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from support.interval_tables import visit_cohort

from afterglow.errors import InvalidInput, UsageError
from afterglow.estimate.interval.turnbull import turnbull
from afterglow.estimate.interval.visit_panel import INTERVAL, MIDPOINT, VISIT, visit_panel
from afterglow.estimate.kaplan_meier import kaplan_meier
from afterglow.figures.visit_panel import draw_visit_panel


def seen(data: pd.DataFrame) -> pd.DataFrame:
    event = np.isfinite(data["upper_days"])
    return data.assign(
        event=event, duration_days=np.where(event, data["upper_days"], data["lower_days"])
    )


def by_hand() -> pd.DataFrame:
    """Four subjects seen on days 10 and 20 by half of them, on day 15 by the others.

    Intervals (0, 10], (10, 20], (0, 15], (15, inf): the support is (0, 10] and (15, 20]; the first
    row and the third lie in the first, the second in (15, 20] alone, the last has both ends of it.
    """
    return seen(
        pd.DataFrame(
            {"lower_days": [0.0, 10.0, 0.0, 15.0], "upper_days": [10.0, 20.0, 15.0, np.inf]}
        )
    )


def test_lateness_by_hand():
    panel = visit_panel(by_hand(), at=[12.0])
    boxes = panel.interval.curves[0].boxes
    assert boxes.lower.tolist() == [0.0, 15.0]
    assert boxes.upper.tolist() == [10.0, 20.0]
    np.testing.assert_allclose(boxes.mass, [0.5, 0.5], atol=1e-9)
    rows = panel.bias.set_index("curve")
    # Visit dates: 1 to day 10, 3/4 to day 15, 1/2 from there (one event, one censored at 15), 0 at
    # 20. Allowed: from 1/2 right after day 0 or 1 up to day 10; 1/2 to day 15; down to 0 by 20.
    late = rows.loc[VISIT]
    assert late["until"] == 20.0
    assert late["delay_low"] == pytest.approx(5 * 0.25)
    assert late["delay_high"] == pytest.approx(10 * 0.5 + 5 * 0.25 + 5 * 0.5)
    assert (late["certain_gap"], late["certain_day"]) == (pytest.approx(0.25), 10.0)
    assert (late["largest_gap"], late["largest_day"]) == (pytest.approx(0.5), 0.0)


def test_the_rows_are_those_of_the_three_estimates():
    data = seen(visit_cohort(120))
    panel = visit_panel(data, by="arm", at=[28, 56])
    rows = panel.tidy()
    at = rows[(rows["term"] == "survival") & (rows["curve"] == VISIT)]
    plain = kaplan_meier(data, by="arm").at([28, 56])
    assert at["estimate"].tolist() == plain["estimate"].tolist()
    boxes = rows[(rows["term"] == "survival") & (rows["curve"] == INTERVAL)]
    assert boxes["highest"].tolist() == turnbull(data, by="arm").at([28, 56])["highest"].tolist()
    middle = data.assign(
        duration_days=np.where(
            data["event"], (data["lower_days"] + data["upper_days"]) / 2, data["duration_days"]
        )
    )
    half = rows[(rows["term"] == "survival") & (rows["curve"] == MIDPOINT)]
    assert (
        half["estimate"].tolist()
        == kaplan_meier(middle, by="arm").at([28, 56])["estimate"].tolist()
    )


def test_visit_dates_are_late_by_about_half_a_gap_between_visits():
    data = seen(visit_cohort(3000, gap=14.0, arms=False))
    panel = visit_panel(data)
    late = panel.bias.set_index("curve").loc[VISIT]
    true = np.median(data["time"])
    assert 3.0 < panel.visit.median()["estimate"][0] - true < 12.0
    assert late["certain_gap"] > 0.02
    assert 0 < late["delay_low"] < late["delay_high"]
    middle = panel.bias.set_index("curve").loc[MIDPOINT]
    assert abs(middle["delay_low"] + middle["delay_high"]) < late["delay_low"] + late["delay_high"]
    words = panel.summary()
    assert "too long" in words
    assert "percentage points too high" in words


def test_exact_times_show_no_lateness():
    data = visit_cohort(50)
    data = seen(data.assign(upper_days=data["time"].round(), lower_days=data["time"].round()))
    panel = visit_panel(data)
    assert panel.bias["largest_gap"].abs().max() < 1e-9
    assert panel.bias["delay_high"].abs().max() < 1e-6
    assert panel.bias["shift_high"].tolist() == [0.0, 0.0]


def test_delayed_entry_is_passed_on():
    data = seen(visit_cohort(80)).assign(entry_days=-np.inf)
    late = data["lower_days"] > 20
    data.loc[late, "entry_days"] = 20.0
    panel = visit_panel(data, entry="entry_days")
    assert "delayed entry" in panel.interval.summary()
    assert panel.visit.tidy()["at_risk"].iloc[0] < len(data)


def test_median_not_reached_is_said():
    data = seen(pd.DataFrame({"lower_days": [0.0, 5.0, 6.0], "upper_days": [3.0, np.inf, np.inf]}))
    panel = visit_panel(data)
    assert "not reached" in panel.summary()
    assert panel.bias["shift_low"].isna().all()


def test_contradictions_and_bad_days_are_refused():
    data = by_hand()
    with pytest.raises(InvalidInput, match="disagrees with the upper end"):
        visit_panel(data.assign(event=False))
    with pytest.raises(UsageError, match="finite"):
        visit_panel(data, at=[np.inf])


def test_one_panel_per_group_in_one_figure():
    panel = visit_panel(seen(visit_cohort(60)), by="arm")
    figure = Figure()
    axes = draw_visit_panel(panel.curves(), xlabel="Days", figure=figure)
    assert [ax.get_title(loc="left") for ax in axes] == ["a", "b"]
    assert len(figure.legends[0].get_texts()) == 3
    boxes = [len(ax.collections) for ax in axes]
    masses = panel.curves().query("curve == @INTERVAL").groupby("group").size()
    assert boxes == masses.tolist()
