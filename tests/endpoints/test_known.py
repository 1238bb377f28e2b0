"""Records are split into columns that say the same, with a bit for each day that is known."""

import numpy as np
import pytest

from afterglow.endpoints.facts import FACT, INTERCURRENT
from afterglow.endpoints.known import split_columns
from afterglow.endpoints.room import Room

FIELDS = {
    FACT: (("endpoint", "status", "clinical_code"), ("origin_day", "clinical_day", "end_day")),
    INTERCURRENT: (("code",), ("day", "open_day")),
}


def filled(kind: np.dtype, n: int) -> np.ndarray:
    """Return records of random codes and days, about half of them missing."""
    rng = np.random.default_rng(n)
    records = np.zeros(n, kind)
    codes, days = FIELDS[kind]
    for name in codes:
        records[name] = rng.integers(-300, 300, n)
    for name in days:
        records[name] = np.where(rng.random(n) < 0.5, np.nan, rng.normal(0.0, 50.0, n))
    return records


@pytest.mark.parametrize("kind", [FACT, INTERCURRENT], ids=["facts", "intercurrents"])
def test_columns_say_what_the_records_say(kind):
    room = Room()
    for n in (21, 8, 0, 1, 40):
        records = filled(kind, n)
        split = split_columns(records, *FIELDS[kind], room, "records")
        for name, column in split.codes.items():
            assert np.array_equal(column, records[name])
        for name, (days, bits) in split.days.items():
            known = np.unpackbits(bits, count=n, bitorder="little") == 1
            assert np.array_equal(days, records[name], equal_nan=True)
            assert np.array_equal(known, ~np.isnan(records[name]))
        assert (tuple(split.codes), tuple(split.days)) == FIELDS[kind]
