"""A batch of reports: each made in a process apart, and the page that lists them."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import forkserver, resource_tracker
from pathlib import Path
from typing import TYPE_CHECKING, Final

from afterglow.cli.progress import counting
from afterglow.errors import AfterglowError, BatchFailed, DataError
from afterglow.study.members import Member, find_members, part_of
from afterglow.whole_folder import undisturbed, whole_folder

if TYPE_CHECKING:
    from afterglow.cohort.model import Cohort
    from afterglow.study.load import PlanInput

ONE_THREAD: Final = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)
PROCESS_ENDED: Final = "its process ended unexpectedly, perhaps for want of memory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One report to write, with everything that the other process needs."""

    given: "PlanInput"
    cohort: "Cohort"
    folder: Path
    member: Member
    part: str
    internal: bool


def write_batch(
    given: "PlanInput", cohort: "Cohort", folder: Path, *, by: str, jobs: int, internal: bool
) -> None:
    """Write one report per member and the index; the folder appears whole.

    Parameters
    ----------
    given : PlanInput
    cohort : Cohort
    folder : Path
    by : str
        Column of the subjects.
    jobs : int
        Reports at a time; the bytes written do not depend on it.
    internal : bool
        Mark every page INTERNAL.

    Raises
    ------
    UsageError
        The subjects have no such column, or the folder cannot be written.
    BatchFailed
        Some members failed; the others, and the index that says so, are complete.
    """
    from afterglow.study.manifest import listed_outputs, make_manifest, write_manifest

    members = find_members(cohort, by, minimum=given.plan.report.minimum_site_subjects)
    with whole_folder(folder, listed_outputs) as new:
        tasks = [
            Task(
                given=given,
                cohort=part_of(cohort, by, member),
                folder=new / member.folder,
                member=member,
                part=f"{by} = {', '.join(member.values)}",
                internal=internal,
            )
            for member in members
        ]
        failures = _run_all(tasks, jobs)
        _write_index(given, members, failures, new, by=by, internal=internal)
        manifest = make_manifest(
            new,
            command="report",
            plan_text=given.text,
            seed=given.plan.seed,
            data=cohort.hashes,
            internal=internal,
            by=by,
            failed=sorted(failures),
        )
        write_manifest(new, manifest)
    if failures:
        raise BatchFailed(
            f"{len(failures)} of {len(members)} reports could not be made; {folder / 'index.html'} "
            "says why. The others are complete."
        )


def _run_all(tasks: Sequence[Task], jobs: int) -> dict[str, str]:
    """Return why members failed, by folder; a process that dies takes no other report with it."""
    with counting("Writing reports", len(tasks)) as done:
        failures, unfinished = _run_in_pool(tasks, jobs, done)
        for task in unfinished:
            again, dead = _run_in_pool([task], 1, done)
            failures |= again | {lost.member.folder: PROCESS_ENDED for lost in dead}
    return failures


def _run_in_pool(
    tasks: Sequence[Task], jobs: int, done: Callable[[], None]
) -> tuple[dict[str, str], list[Task]]:
    """Return why members failed, and the tasks that a dying process left undone."""
    failures: dict[str, str] = {}
    unfinished: list[Task] = []
    with _started(tasks, jobs) as futures:
        for future in as_completed(futures):
            task = futures[future]
            try:
                failure = future.result()
            except BrokenProcessPool:
                unfinished.append(task)
                continue
            failures |= {task.member.folder: failure} if failure else {}
            done()
    return failures, unfinished


@contextmanager
def _started(tasks: Sequence[Task], jobs: int) -> Iterator[dict[Future[str], Task]]:
    """Give the tasks under way in fresh processes; interruption ends the processes."""
    context = multiprocessing.get_context("forkserver")
    pool = ProcessPoolExecutor(max_workers=jobs, mp_context=context)
    try:
        # A process half started is in nobody's list, so interruption waits until all are.
        with undisturbed():
            _start_server()
            futures = {pool.submit(write_member, task): task for task in tasks}
        yield futures
    except BaseException:
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        with undisturbed():
            pool.shutdown(cancel_futures=True)


def _start_server() -> None:
    """Start the server that forks the processes: one thread each, and deaf to the keyboard.

    Ctrl-C reaches the whole group of processes; only the first is to answer, and ends the others.
    """
    resource_tracker.ensure_running()
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def write_member(task: Task) -> str:
    """Write one report; return why it could not be made, in one line without data, or ""."""
    import warnings

    from afterglow.report.folder import write_report
    from afterglow.study.run import run

    warnings.simplefilter("ignore")
    try:
        study = run(task.given.plan, task.cohort, task.given.library, subject_level=task.internal)
        write_report(study, task.given.text, task.folder, internal=task.internal, member=task.part)
    except Exception as error:
        return _one_line(error)
    return ""


def _one_line(error: Exception) -> str:
    if isinstance(error, DataError) and error.problems:
        more = len(error.problems) - 1
        return f"{error.problems[0]}{f' And {more} more.' if more else ''}"
    if isinstance(error, AfterglowError):
        return " ".join(str(error).split())
    return f"internal error ({type(error).__name__})"


def _write_index(
    given: "PlanInput",
    members: Sequence[Member],
    failures: dict[str, str],
    folder: Path,
    *,
    by: str,
    internal: bool,
) -> None:
    from afterglow.report.blocks import Index, IndexEntry
    from afterglow.report.compose import INTERNAL
    from afterglow.report.folder import PAGE
    from afterglow.report.html import render_index

    entries = tuple(
        IndexEntry(
            label=_label(member),
            href="" if member.folder in failures else f"{member.folder}/{PAGE}",
            cells=(float(member.n_subjects),),
            status=failures.get(member.folder, "done"),
            failed=member.folder in failures,
        )
        for member in members
    )
    index = Index(
        title=given.plan.title,
        subtitle=_subtitle(by, members, given.plan.report.minimum_site_subjects),
        label_header=by,
        columns=("Subjects",),
        entries=entries,
        banners=(INTERNAL,) if internal else (),
    )
    (folder / PAGE).write_text(render_index(index), encoding="utf-8", newline="")


def _subtitle(by: str, members: Sequence[Member], minimum: int) -> str:
    words = f"One report per {by}"
    if not any(map(_is_pooled, members)):
        return words
    return (
        f"{words}; those with fewer than {minimum} subjects are pooled, "
        "with the next larger until the pool has as many"
    )


def _is_pooled(member: Member) -> bool:
    return member.values != (member.label,)


def _label(member: Member) -> str:
    return f"{member.label} ({', '.join(member.values)})" if _is_pooled(member) else member.label
