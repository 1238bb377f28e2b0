"""Weighted curves as plainly as they can be written, with statsmodels' logistic regression."""

import numpy as np
import pandas as pd
import statsmodels.api as sm


def chances(rows, columns):
    """The fitted chance of censoring of each row, from a binomial model of its trials."""
    design = np.column_stack([np.ones(len(rows)), *(rows[name] for name in columns)])
    counts = np.column_stack([rows["censored"], rows["trials"] - rows["censored"]])
    fit = sm.GLM(counts.astype(float), design, family=sm.families.Binomial()).fit(tol=1e-12)
    return pd.Series(fit.predict(design), index=rows.index), fit


def weights_of(data, columns, numerator, strata):
    """The weight of each row with time at risk, by going through each subject's rows in order."""
    decided = data[data["trials"] > 0]
    stays, shared = {}, {}
    for _, own in decided.groupby(strata) if strata else [("", decided)]:
        stays |= (1 - chances(own, columns)[0]).to_dict()
        if numerator is not None:
            shared |= (1 - chances(own, numerator)[0]).to_dict()
    found = {}
    for _, rows in data.groupby(["subject_id", "group"]):
        rows = rows.sort_values("order", kind="stable")
        for place, row in enumerate(rows.itertuples()):
            if row.start_day >= row.stop_day or row.censored:
                continue
            weight = 1.0
            for other in rows.iloc[: place + 1].itertuples():
                if other.trials == 0:
                    continue
                weight /= stays[other.Index] ** other.trials
                if numerator is not None and other.start_day < row.stop_day:
                    weight *= shared[other.Index] ** other.trials
            found[row.Index] = weight
    return pd.Series(found)


def curve_of(data, weights, time):
    """The weighted product-limit curve of one group at a time."""
    rows = data.loc[weights.index]
    survival = 1.0
    for day in sorted(set(rows.loc[rows["event"], "stop_day"])):
        if day > time:
            break
        at_risk = (rows["start_day"] < day) & (rows["stop_day"] >= day)
        here = at_risk & rows["event"] & (rows["stop_day"] == day)
        survival *= 1.0 - weights[here].sum() / weights[at_risk].sum()
    return survival
