"""The fields of records as columnar tables hold them: codes, and days with a bit for each known."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from afterglow.endpoints.room import Room
from afterglow.kernel import kernel

BITS_PER_BYTE = 8


class Columns(NamedTuple):
    """Fields of n records, column by column.

    Attributes
    ----------
    codes : dict of str to int16 array of length n
    days : dict of str to (float64 array of length n, uint8 array of length ceil(n / 8))
        The values; one bit per value, the lowest of a byte first, 1 where it is not NaN.
    """

    codes: dict[str, np.ndarray]
    days: dict[str, tuple[np.ndarray, np.ndarray]]


@kernel
def _split_few(shorts, doubles, short_places, double_places, first, count, codes, days, bits):
    """Copy records first to first + count - 1, at most as many as share a byte of bits."""
    for column in range(len(short_places)):
        for i in range(count):
            codes[column, first + i] = shorts[first + i, short_places[column]]
    for column in range(len(double_places)):
        mask = 0
        for i in range(count):
            value = doubles[first + i, double_places[column]]
            days[column, first + i] = value
            mask |= (value == value) << i  # NaN is not itself
        bits[column, first // BITS_PER_BYTE] = mask


@kernel
def _split(shorts, doubles, short_places, double_places, codes, days, bits):
    """Copy few records at a time, so that each is fetched from memory once."""
    whole = len(doubles) // BITS_PER_BYTE * BITS_PER_BYTE
    for first in range(0, whole, BITS_PER_BYTE):
        _split_few(
            shorts,
            doubles,
            short_places,
            double_places,
            first,
            BITS_PER_BYTE,
            codes,
            days,
            bits,
        )
    if whole < len(doubles):
        rest = len(doubles) - whole
        _split_few(shorts, doubles, short_places, double_places, whole, rest, codes, days, bits)


def split_columns(
    records: np.ndarray, codes: Sequence[str], days: Sequence[str], room: Room, name: str
) -> Columns:
    """Return copies of the codes and the days of records.

    Parameters
    ----------
    records : structured array of length n, in one piece
    codes : sequence of str
        int16 fields.
    days : sequence of str
        float64 fields; NaN where there is no day.
    room, name : Room, str
        Where the copies lie, and what they are called there.
    """
    n = len(records)
    shorts, short_places = _in_units(records, codes, np.dtype(np.int16))
    doubles, double_places = _in_units(records, days, np.dtype(np.float64))
    values = room.array(f"{name}, codes", np.int16, len(codes), n)
    known = room.array(f"{name}, days", np.float64, len(days), n)
    bits = room.array(f"{name}, bits", np.uint8, len(days), -(-n // BITS_PER_BYTE))
    _split(shorts, doubles, short_places, double_places, values, known, bits)
    return Columns(dict(zip(codes, values)), dict(zip(days, zip(known, bits))))


def _in_units(
    records: np.ndarray, names: Sequence[str], unit: np.dtype
) -> tuple[np.ndarray, np.ndarray]:
    """Return records as rows of one kind of number, and where in a row the fields stand."""
    width = records.dtype.itemsize // unit.itemsize
    rows = records.view(np.ndarray).view(unit).reshape(len(records), width)
    fields: Mapping[str, Any] = records.dtype.fields or {}
    return rows, np.array([fields[name][1] // unit.itemsize for name in names], np.int64)
