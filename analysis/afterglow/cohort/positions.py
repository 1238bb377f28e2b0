"""Row positions of a fault: how many there are, and the first of them."""

from collections.abc import Sequence
from typing import overload

MOST_KEPT = 1000


class Positions(Sequence[int]):
    """Positions counted from 1: `len` is their number, only the first are held."""

    def __init__(self, first: Sequence[int], count: int | None = None) -> None:
        self._first = tuple(first)
        self._count = len(self._first) if count is None else count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> int: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[int]: ...

    def __getitem__(self, index: int | slice) -> int | Sequence[int]:
        return self._first[index]

    def __repr__(self) -> str:
        return f"Positions({self._first[:5]}, count={self._count})"
