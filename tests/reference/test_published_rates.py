"""Published response rates of ketamine trials, to the digit that was printed.

Counts are inferred from printed percentages; each reproduces the printed interval with the method.
"""

import pytest

from afterglow.estimate.proportion import proportion
from afterglow.estimate.proportion_difference import proportion_difference

# trial, counts, method, difference and limits in percent as computed from the counts
DIFFERENCES = [
    ("TRANSFORM-2 response", (70, 101, 52, 100), "wald", (17.3, 4.01, 30.60)),
    ("TRANSFORM-2 remission", (53, 101, 31, 100), "wald", (21.5, 8.17, 34.78)),
    ("TRANSFORM-1 56 mg response", (60, 111, 42, 108), "wald", (15.2, 2.11, 28.22)),
    ("TRANSFORM-1 84 mg response", (52, 98, 42, 108), "wald", (14.2, 0.68, 27.67)),
    ("TRANSFORM-1 56 mg remission", (40, 111, 33, 108), "wald", (5.5, -6.98, 17.94)),
    ("TRANSFORM-1 84 mg remission", (38, 98, 33, 108), "wald", (8.2, -4.76, 21.20)),
    ("TRANSFORM-3 response", (17, 63, 8, 60), "wald", (13.7, -0.28, 27.58)),
    ("TRANSFORM-3 remission", (11, 63, 4, 60), "wald", (10.8, -0.51, 22.09)),
    ("ELEKT-D response", (108, 195, 70, 170), "miettinen-nurminen", (14.2, 3.92, 24.18)),
    ("KetECT remission", (57, 91, 44, 95), "miettinen-nurminen", (16.3, 1.97, 30.01)),
]


@pytest.mark.parametrize(("trial", "counts", "method", "percent"), DIFFERENCES)
def test_differences(trial, counts, method, percent):
    row = proportion_difference(*counts, method=method).tidy().iloc[0]
    assert round(100 * row["estimate"], 1) == percent[0]
    assert round(100 * row["conf_low"], 2) == percent[1]
    assert round(100 * row["conf_high"], 2) == percent[2]


TEXTBOOK = [
    ((56, 70, 48, 80), "miettinen-nurminen", (0.0528, 0.3382)),
    ((56, 70, 48, 80), "mee", (0.0533, 0.3377)),
    ((56, 70, 48, 80), "newcombe", (0.0524, 0.3339)),
    ((56, 70, 48, 80), "wald", (0.0575, 0.3425)),
    ((9, 10, 3, 10), "miettinen-nurminen", (0.1700, 0.8406)),
    ((9, 10, 3, 10), "mee", (0.1821, 0.8370)),
    ((9, 10, 3, 10), "newcombe", (0.1705, 0.8090)),
    ((9, 10, 3, 10), "wald", (0.2605, 0.9395)),
    ((5, 56, 0, 29), "newcombe", (-0.0381, 0.1926)),
    ((10, 10, 0, 20), "newcombe", (0.6791, 1.0)),
]


@pytest.mark.parametrize(("counts", "method", "limits"), TEXTBOOK)
def test_newcombe_1998(counts, method, limits):
    row = proportion_difference(*counts, method=method).tidy().iloc[0]
    assert (round(row["conf_low"], 4), round(row["conf_high"], 4)) == limits


SINGLE = [
    (288, 537, "wilson", (0.4940, 0.5781)),
    (288, 537, "clopper-pearson", (0.4931, 0.5791)),
    (24, 90, "wilson", (0.1862, 0.3662)),
    (39, 86, "wilson", (0.3525, 0.5584)),
    (16, 62, "wilson", (0.1655, 0.3788)),
    (34, 59, "wilson", (0.4493, 0.6939)),
    (4, 8, "wilson", (0.2152, 0.7848)),
    (0, 7, "wilson", (0.0, 0.3543)),
    (4, 8, "clopper-pearson", (0.1570, 0.8430)),
    (0, 7, "clopper-pearson", (0.0, 0.4096)),
]


@pytest.mark.parametrize(("successes", "n", "method", "limits"), SINGLE)
def test_single_rates(successes, n, method, limits):
    row = proportion(successes, n, method=method).tidy().iloc[0]
    assert (round(row["conf_low"], 4), round(row["conf_high"], 4)) == limits
