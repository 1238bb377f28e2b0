"""Chi-square tests of whole models as one result."""

import numpy as np
import pandas as pd

from afterglow.estimate.cox.global_tests import CoxTests
from afterglow.estimate.result import said
from afterglow.names import CAUSE, DF, GROUP, P_VALUE, STATISTIC, TERM, WARNING
from afterglow.rounding import p_statement


def tests_of(table: pd.DataFrame) -> CoxTests:
    """Return tests with term, statistic, df, n, n_events and method as a result."""
    from scipy.special import chdtrc

    statistic, df = (table[name].to_numpy(dtype=np.float64) for name in (STATISTIC, DF))
    rows = table.assign(**{P_VALUE: chdtrc(df, statistic)})
    for name in (GROUP, WARNING):
        rows[name] = rows.get(name, "")
    said_rows = [
        f"{row[CAUSE] + ': ' if row.get(CAUSE) else ''}{row[TERM]} chi-square "
        f"{said(row[STATISTIC])} on {said(row[DF])} df, {p_statement(row[P_VALUE])}"
        for _, row in rows.iterrows()
    ]
    return CoxTests(
        table=rows.reset_index(drop=True),
        sentence=f"Test that all coefficients are 0: {'; '.join(said_rows)}.",
    )
