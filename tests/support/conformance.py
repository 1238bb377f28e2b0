"""Agreement with R, asserted and noted for the conformance table.

Where AFTERGLOW_CONFORMANCE names a folder, every comparison is written there, one line each;
`make conformance` does so and makes the table that reports show.
"""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = os.environ.get("AFTERGLOW_CONFORMANCE", "")


def agree(
    estimator: str,
    case: str,
    quantity: str,
    ours: Any,
    theirs: Any,
    *,
    rtol: float = 1e-8,
    atol: float = 0.0,
) -> None:
    """Assert that two numbers or arrays agree, and note the pair that is furthest apart.

    Parameters
    ----------
    estimator : str
        The estimator's name in a plan, such as "cox".
    case : str
        The reference, such as "cox_lung_ties".
    quantity : str
        What is compared, such as "robust standard error (Efron)".
    ours, theirs : array_like
        Of one shape; NaN and None are equal to each other alone.
    rtol, atol : float
        |ours − theirs| ≤ atol + rtol |theirs|.
    """
    found, expected = _numbers(ours), _numbers(theirs)
    assert found.shape == expected.shape, (quantity, found.shape, expected.shape)
    np.testing.assert_allclose(found, expected, rtol=rtol, atol=atol, err_msg=quantity)
    if FOLDER:
        _note(estimator, case, quantity, found, expected, rtol, atol)


def _numbers(values: Any) -> np.ndarray:
    return np.asarray(values, dtype=float).ravel()


def _note(
    estimator: str,
    case: str,
    quantity: str,
    ours: np.ndarray,
    theirs: np.ndarray,
    rtol: float,
    atol: float,
) -> None:
    known = np.isfinite(ours) & np.isfinite(theirs)
    if not known.any():
        return
    ours, theirs = ours[known], theirs[known]
    worst = int(np.argmax(np.abs(ours - theirs) - rtol * np.abs(theirs)))
    row = {
        "estimator": estimator,
        "case": case,
        "quantity": quantity,
        "values": len(ours),
        "ours": ours[worst],
        "reference": theirs[worst],
        "difference": ours[worst] - theirs[worst],
        "rtol": rtol,
        "atol": atol,
    }
    folder = Path(FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{os.getpid()}.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
