"""Compiled functions, cached on disk, and never stale.

A compiled function carries the code of those it calls, but its cache only watches its own file: a
change in one of the others would go unseen. So the first import after any of their source files
has changed throws the cached code of all of them away.

A `kernel` makes no arrays: Python makes them and hands them over to be filled. So numba need not
count who holds an array (that took four fifths of the walk's time), and with the tuples of arrays
never passed on but inlined, the walk is forty times as fast. numba refuses a kernel that makes
an array; what must make some is an `array_kernel`, and neither may hand arrays to the other.
"""

from pathlib import Path
from typing import Any, Final

from numba import njit

PACKAGE: Final = Path(__file__).parent
STAMP: Final = PACKAGE / "__pycache__" / "kernels.stamp"
COMPILED: Final = ("improvement.py", "timeline/*.py", "endpoints/*.py", "estimate/cluster_sums.py")


def _sources() -> list[Path]:
    return [path for pattern in COMPILED for path in sorted(PACKAGE.glob(pattern))]


def _fingerprint() -> str:
    states = ((path, path.stat()) for path in _sources())
    return "\n".join(f"{path.name} {state.st_size} {state.st_mtime_ns}" for path, state in states)


def _forget_stale() -> None:
    """Delete cached code where the sources are not those that it was compiled from."""
    now = _fingerprint()
    try:
        if STAMP.exists() and STAMP.read_text(encoding="utf-8") == now:
            return
        for source in _sources():
            for cached in source.parent.glob(f"__pycache__/{source.stem}.*.nbi"):
                cached.unlink(missing_ok=True)
        STAMP.parent.mkdir(exist_ok=True)
        STAMP.write_text(now, encoding="utf-8")
    except OSError:
        return


_forget_stale()
UNCOUNTED: Final[dict[str, Any]] = {"_nrt": False}
"""Numba's own option, in no documentation: no counting of who holds an array."""

array_kernel: Final = njit(cache=True, nogil=True)
kernel: Final = njit(cache=True, nogil=True, forceinline=True, **UNCOUNTED)
