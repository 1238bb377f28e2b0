"""A study of two sites, small enough to be reported within a second."""

from pathlib import Path

from support.raw_cohort import Raw, write_csv

SITES = {"north": 6, "south": 6}

PLAN = """\
title = "Two sites <&>"
question = "How long does response last?"

[data]
path = "data"

[endpoint.response]
kind = "response"
instrument = "MADRS"
improvement_at_least_percent = 50
until = "none"

[endpoint.relapse]
kind = "relapse"
instrument = "MADRS"
score_at_least = 22

[analysis.response_rate]
role = "primary"
estimator = "proportion"
endpoint = "response"
by = "arm"

[analysis.relapse_free]
estimator = "kaplan_meier"
endpoint = "relapse"
at_days = [14]

[report]
minimum_site_subjects = 5
"""


def raw_study(sites: dict[str, int]) -> Raw:
    """Each subject is better at day 7; every second one is ill again at day 28."""
    people = [
        (f"{site[0].upper()}{n}", site, n) for site, size in sites.items() for n in range(size)
    ]
    ids = [person for person, _, _ in people]
    scores = [
        (person, day, score)
        for person, _, n in people
        for day, score in ((0.0, 30 + n % 3), (7.0, 8 + n), (28.0, 28 if n % 2 else 9))
    ]
    return {
        "subjects": {
            "subject_id": ids,
            "site_id": [site for _, site, _ in people],
            "arm": ["ketamine" if n % 3 else "placebo" for _, _, n in people],
        },
        "scores": {
            "subject_id": [person for person, _, _ in scores],
            "day": [day for _, day, _ in scores],
            "instrument": ["MADRS"] * len(scores),
            "score": [score for _, _, score in scores],
        },
        "events": {"subject_id": [ids[0]], "day": [3.0], "event": ["adverse_event"]},
        "follow_up": {"subject_id": ids, "end_day": [60.0] * len(ids), "reason": ["data cut"] * len(ids)},
    }  # fmt: skip


def write_study(
    folder: Path, raw: Raw | None = None, *, about: str = "synthetic = true\n", plan: str = PLAN
) -> Path:
    """Write data and plan; return the plan's file."""
    write_csv(raw or raw_study(SITES), folder / "data")
    if about:
        (folder / "data" / "cohort.toml").write_text(about, encoding="utf-8")
    (folder / "study.toml").write_text(plan, encoding="utf-8")
    return folder / "study.toml"
