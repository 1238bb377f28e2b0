"""Memory that is used again, batch after batch: new memory costs more than to write to it."""

from math import prod
from typing import Any

import numpy as np


class Room:
    """Memory of one batch at a time; what is made in it is lost with the next."""

    def __init__(self) -> None:
        self._held: dict[str, np.ndarray] = {}

    def array(self, name: str, kind: Any, *shape: int) -> np.ndarray:
        """Return the array of this name, to be filled: of any kind, but always the same."""
        size = prod(shape)
        held = self._held.get(name)
        if held is None or len(held) < size:
            held = self._held[name] = np.empty(size, kind)
        return held[:size].reshape(shape)
