"""Progress on stderr, where it is a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def doing(what: str) -> Iterator[Callable[[str], None]]:
    """Show `what` with a spinner while the block runs; nothing where stderr is no terminal.

    Gives a function that adds which part of it is being done.
    """
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status(Text(what)) as status:
        yield lambda part: status.update(Text(f"{what}: {part}"))


@contextmanager
def counting(what: str, total: int) -> Iterator[Callable[[], None]]:
    """Give a function that counts one thing as done, and show the count on a terminal."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda: progress.advance(task)
