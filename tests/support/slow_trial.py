"""Cloning, censoring and weighting again, one subject, strategy and day at a time."""

import numpy as np


def slow_clone(days, strategy, grace):
    """Say for each subject until when its clone follows the strategy, and why it leaves.

    `days` holds one dict per subject: lists of since, waiting, treated, decided. Returns one list
    of (day, verdict) per subject, up to and with the day on which it leaves; None: never a clone.
    """
    found = []
    for subject in days:
        story = []
        for day, since in enumerate(subject["since"]):
            verdict = _verdict(strategy, grace, subject, day, since)
            if verdict == "over" and day == 0:
                story = None
                break
            story.append((day, verdict))
            if verdict != "stays":
                break
        found.append(story)
    return found


def _verdict(strategy, grace, subject, day, since):
    if not subject["decided"][day]:
        return "stays"
    treated = subject["treated"][day]
    if strategy.every_days is not None:
        first, last = max(np.ceil(strategy.every_days - grace), 0), strategy.every_days + grace
        place, end = since, np.floor(last)
        if place < first:
            return "too early" if treated else "stays"
    elif strategy.when:
        waiting = subject["waiting"][day]
        if np.isnan(waiting):
            return "too early" if treated else "stays"
        if waiting < 0:
            return "stays"
        place, end = waiting, np.floor(grace)
    else:
        return "too early" if treated else "stays"
    if place > end:
        return "over"
    return "too late" if place == end and not treated else "stays"
