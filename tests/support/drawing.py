"""Small tidy frames for figures, and a look at what was drawn."""

import numpy as np
import pandas as pd


def curve(group="", times=(7.0, 14.0, 28.0), values=(0.9, 0.7, 0.4), half_width=0.1, **more):
    """One curve with its band; `more` adds constant columns such as the cause."""
    values = np.array(values)
    return pd.DataFrame(
        {
            "group": group,
            "time_days": np.array(times),
            "estimate": values,
            "conf_low": values - half_width,
            "conf_high": values + half_width,
            **more,
        }
    )


def two_curves():
    return pd.concat(
        [curve("ketamine"), curve("placebo", values=(0.8, 0.5, 0.2))], ignore_index=True
    )


def risk(groups=("ketamine", "placebo")):
    return pd.DataFrame(
        [
            {"group": g, "time_days": t, "at_risk": 1200 - k, "events": k, "censored": 2 * k}
            for g in groups
            for k, t in enumerate((0.0, 14.0, 28.0))
        ]
    )


def texts(ax):
    """Return the annotations and texts of `ax`."""
    return [text.get_text() for text in ax.texts]


def legend_labels(owner):
    """Return the words of a legend of axes or of a figure."""
    return [text.get_text() for text in owner.get_texts()]
