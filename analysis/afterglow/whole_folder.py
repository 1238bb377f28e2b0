"""An output folder that appears whole or not at all: written beside, then renamed."""

import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from afterglow.errors import UsageError

Wrote = Callable[[Path], Collection[str] | None]
ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def wrote_nothing(_: Path) -> None:
    """Say that no existing folder is ours, so that only a new or empty one is taken."""


def check_target(target: Path, wrote: Wrote) -> None:
    """Raise UsageError unless `target` can become an output folder.

    Parameters
    ----------
    target : Path
        New, empty, or a folder that an earlier run wrote; parents need not exist.
    wrote : callable
        Given an existing folder, the relative names of the files that an earlier run wrote
        there, or None where it is not ours. A folder with any other file is never replaced.
    """
    place = target.resolve()
    if place.is_dir():
        _check_replaceable(target, place, wrote)
    elif place.exists():
        raise UsageError(f"'{target}' is a file. Give a folder, which need not exist yet.")
    above = _existing(place.parent)
    if not above.is_dir():
        raise UsageError(f"'{target}' lies in a file. Give a folder, which need not exist yet.")
    if not os.access(above, os.W_OK | os.X_OK):
        raise UsageError(f"'{target}' cannot be written: its parent folder is read-only.")


def _check_replaceable(target: Path, place: Path, wrote: Wrote) -> None:
    if Path.cwd().is_relative_to(place):
        raise UsageError(f"'{target}' is the folder you are in. Give another folder.")
    present = {path.relative_to(place).as_posix() for path in place.rglob("*") if not path.is_dir()}
    strangers = len(present - set(wrote(place) or ())) if present else 0
    if strangers:
        files = "a file" if strangers == 1 else f"{strangers} files"
        raise UsageError(
            f"The folder '{target}' holds {files} that this command did not write.\n"
            "Give a new folder, or empty this one first."
        )


@contextmanager
def whole_folder(target: Path, wrote: Wrote) -> Iterator[Path]:
    """Give an empty folder to write into; it becomes `target` when the block ends well.

    An earlier folder of ours is replaced in one step. Where the block raises, or is interrupted,
    nothing of it stays and an earlier folder is untouched.

    Parameters
    ----------
    target, wrote
        As in `check_target`.

    Raises
    ------
    UsageError
        `target` holds other files, or cannot be written.
    """
    check_target(target, wrote)
    place = target.resolve()
    try:
        scratch = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=_existing(place.parent)))
        try:
            new = scratch / place.name
            new.mkdir()
            yield new
            with undisturbed():
                _put(new, place, scratch / f"{place.name}.replaced")
        finally:
            with undisturbed():
                shutil.rmtree(scratch, ignore_errors=True)
    except OSError as fault:
        raise UsageError(f"'{target}' cannot be written: {fault.strerror}.") from fault


def _existing(folder: Path) -> Path:
    """Return the nearest folder upwards that is there."""
    return folder if folder.exists() else _existing(folder.parent)


def _put(new: Path, place: Path, replaced: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    if not place.exists():
        new.rename(place)
        return
    place.rename(replaced)
    try:
        new.rename(place)
    except OSError:
        replaced.rename(place)
        raise


@contextmanager
def undisturbed() -> Iterator[None]:
    """Hold back interruption until the block is done; only the main thread is interrupted."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    arrived: list[int] = []

    def note(number: int, _: Any) -> None:
        arrived.append(number)

    handlers = {number: signal.signal(number, note) for number in ENDING_SIGNALS}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
    if arrived:
        signal.raise_signal(arrived[0])
