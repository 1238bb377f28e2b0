"""Random plans, valid under the plan's models: every kind, every choice of every rule."""

from typing import Any

import numpy as np
from pydantic import TypeAdapter
from support.cohorts import plan_of

from afterglow.plan.endpoints import Endpoint
from afterglow.plan.timeline import BaselineRule, CourseRule, FollowUpRule

ENDPOINT = TypeAdapter(Endpoint)
STRATEGIES = ("competing", "censor", "event", "ignore")
INTERCURRENT = (
    "booster",
    "switch",
    "ect",
    "death",
    "withdrawal",
    "lost",
    "moved",
    "hospitalisation",
)
BETTER = {
    "MADRS": (
        {"improvement_at_least_percent": 50},
        {"improvement_at_least_percent": 50},
        {"improvement_at_least_percent": 25},
        {"score_at_most": 10},
        {"score_at_most": 12},
    ),
    "WELL": (
        {"improvement_at_least_percent": 50},
        {"improvement_at_least_percent": 30},
        {"score_at_least": 18},
    ),
}
WORSE = {
    "MADRS": (
        {"score_at_least": 22},
        {"score_at_least": 20},
        {"improvement_below_percent": 50},
        {"improvement_below_percent": 25},
        {"returns_to_percent_of_baseline": 80},
    ),
    "WELL": (
        {"score_at_most": 10},
        {"improvement_below_percent": 50},
        {"returns_to_percent_of_baseline": 90},
    ),
}
EASY = {
    "kind": "response",
    "instrument": "MADRS",
    "improvement_at_least_percent": 25,
    "until": "none",
}
STRICT = {
    "kind": "relapse",
    "instrument": "MADRS",
    "origin": "endpoint:response",
    "improvement_below_percent": 50,
}
GAPS = ((0, 1000), (5, 15), (5, 15), (1, 7), (7, 7), (0, 28))


class Writer:
    """Writes endpoints one after another; a later one may follow an earlier one."""

    def __init__(self, rng: np.random.Generator, with_sessions: bool) -> None:
        self.rng = rng
        self.with_sessions = with_sessions
        self.written: dict[str, dict[str, Any]] = {}

    def pick(self, values: Any) -> Any:
        return values[self.rng.integers(len(values))]

    def chance(self, probability: float) -> bool:
        return bool(self.rng.random() < probability)

    def named(self, *kinds: str) -> list[str]:
        return [name for name, text in self.written.items() if text["kind"] in kinds]

    def instrument(self) -> str:
        return "MADRS" if self.chance(0.7) else "WELL"

    def clock(self) -> str:
        words = ["first_session", "event:randomisation", "column:randomised_day"]
        if self.with_sessions:
            words += ["course_end", "course_end"]
        return self.pick(words + [f"endpoint:{name}" for name in self.written])

    def after(self) -> str:
        return self.pick(
            ("first_session", "course_end") if self.with_sessions else ("first_session",)
        )

    def confirm(self) -> dict[str, Any]:
        if self.chance(0.35):
            return {}
        rule = {
            "visits": int(self.pick((1, 2, 2, 2, 3))),
            "date": self.pick(("first", "confirming")),
        }
        return {"confirm": rule | ({"gap_days": self.pick(GAPS)} if self.chance(0.7) else {})}

    def timing(self) -> dict[str, Any]:
        if self.chance(0.75):
            return {}
        words = ("untagged", "pre-dose", "post-dose", "off-dose")
        chosen = [word for word in words if self.chance(0.5)] or ["untagged"]
        return {"timing": chosen}

    def strategies(self) -> dict[str, Any]:
        if self.chance(0.4):
            return {}
        given = {name: self.pick(STRATEGIES) for name in INTERCURRENT if self.chance(0.4)}
        return {"intercurrent": given}

    def clocks(self) -> dict[str, Any]:
        given: dict[str, Any] = {}
        if self.chance(0.15):
            given["at_risk_from"] = self.clock()
        if self.chance(0.15):
            given["until_day"] = float(self.pick((7, 14, 28, 30.5, 60)))
        if self.chance(0.2):
            given["qualify"] = {
                "endpoint": self.pick(self.named("response", "remission", "rapid_response")),
                "after": self.after(),
                "window_days": self.pick(((0, 7), (14, 31), (1, 3), (-2, 40))),
            }
        return given

    def cycles(self) -> dict[str, Any]:
        return {"cycles": "first"} if self.chance(0.15) else {}

    def better(self, kind: str) -> dict[str, Any]:
        instrument = self.instrument()
        return {
            "kind": kind,
            "instrument": instrument,
            **self.pick(BETTER[instrument]),
            **self.timing(),
        }

    def reached(self, kind: str) -> dict[str, Any]:
        text = self.better(kind) | self.confirm() | self.cycles() | self.strategies()
        if self.written:
            text |= self.clocks()
        if self.chance(0.2):
            text["origin"] = self.clock()
        if self.chance(0.4):
            days = float(self.pick((0, 7, 14, 28, 60)))
            text["until"] = self.pick(("none", {"after": self.after(), "days": days}))
        return text

    def rapid(self) -> dict[str, Any]:
        hours = float(self.pick((4, 24, 24, 72)))
        window = float(self.pick((0, 4, 24, 48)))
        return self.better("rapid_response") | {"at_hours": hours, "window_hours": window}

    def sustained(self) -> dict[str, Any]:
        return self.better("sustained_response") | {
            "start_by_day": float(self.pick((2, 7, 14))),
            "through_day": float(self.pick((21, 28, 40))),
            "window_days": float(self.pick((0, 3, 7))),
            "excursions": int(self.pick((0, 0, 1, 2))),
            "excursion_improvement_at_least_percent": float(self.pick((0, 25))),
        }

    def lost(self, kind: str) -> dict[str, Any]:
        instrument = self.instrument()
        followed = self.pick(self.named("response", "remission"))
        origin = f"endpoint:{followed}" if self.chance(0.75) else self.clock()
        events = [e for e in ("hospitalisation", "suicide_attempt", "ect") if self.chance(0.3)]
        return {
            "kind": kind,
            "instrument": instrument,
            "origin": origin,
            **self.pick(WORSE[instrument]),
            **self.confirm(),
            **self.timing(),
            **self.cycles(),
            **self.strategies(),
            **self.clocks(),
            "or_events": events,
            "unconfirmed": self.pick(("censor", "censor-at-visit", "event")),
            "session_while_pending": self.pick(("booster", "relapse", "look-through")),
        }

    def booster(self) -> dict[str, Any]:
        text = {"kind": "booster", **self.cycles(), **self.strategies(), **self.clocks()}
        return text | ({"origin": self.clock()} if self.chance(0.35) else {})

    def latency(self) -> dict[str, Any]:
        origin = f"endpoint:{self.pick(self.named('relapse'))}"
        text = {
            "kind": "latency",
            "origin": origin if self.chance(0.8) else self.clock(),
            "until": self.pick(("booster", "booster", "session")),
            **self.cycles(),
            **self.clocks(),
        }
        if self.chance(0.5):
            words = ("response_regained", "switch", "ect", "withdrawal", "death", "moved")
            text["competing"] = [word for word in words if self.chance(0.6)]
        if self.chance(0.3):
            names = ("response_regained", *INTERCURRENT)
            text["intercurrent"] = {
                name: self.pick(STRATEGIES) for name in names if self.chance(0.3)
            }
        if self.chance(0.3) or not self.follows_response(text["origin"]):
            text["regained"] = self.pick(self.named("response", "remission"))
        return text

    def follows_response(self, clock: str) -> bool:
        """Whether the endpoint that a clock names follows a response or the like."""
        relapse = self.written.get(clock.removeprefix("endpoint:"), {})
        followed = str(relapse.get("origin", "")).removeprefix("endpoint:")
        kinds = ("response", "remission", "rapid_response", "sustained_response")
        return followed in self.named(*kinds)


def cross(write: Writer) -> None:
    """Let response and relapse overlap, so that relapses are many and often confirmed by boosters.

    At 40 % improvement a patient responds under the one and has relapsed under the other.
    """
    pending = write.pick(("booster", "relapse", "relapse", "look-through"))
    strategies = {"intercurrent": {"booster": write.pick(STRATEGIES[:3])}}
    write.written["response"] = {**EASY, "intercurrent": {"booster": "ignore"}}
    confirm = {
        "visits": int(write.pick((2, 2, 3))),
        "gap_days": write.pick(GAPS),
        "date": write.pick(("first", "first", "confirming")),
    }
    write.written["relapse"] = {
        **STRICT,
        **strategies,
        "confirm": confirm,
        "session_while_pending": pending,
    }
    write.written["wait"] = {
        "kind": "latency",
        "origin": "endpoint:relapse",
        "until": write.pick(("booster", "session")),
    }


def write_endpoints(write: Writer) -> None:
    """Write every kind of endpoint, in an order in which each may follow an earlier one."""
    write.written["response"] = write.reached("response")
    write.written["remission"] = write.reached("remission")
    write.written["rapid"] = write.rapid()
    write.written["sustained"] = write.sustained()
    for name in ("relapse", "relapse_again", "relapse_other"):
        write.written[name] = write.lost("relapse")
    write.written["durability"] = write.lost("durability")
    if write.with_sessions:
        write.written["next_booster"] = write.booster()
        write.written["wait"] = write.latency()
        write.written["wait_other"] = write.latency()
    write.written["late_response"] = write.reached("response")
    write.written["late_relapse"] = write.lost("relapse")
    if write.with_sessions and write.chance(0.4):
        cross(write)


def random_plan(seed: int, *, with_sessions: bool) -> Any:
    """A plan with a dozen endpoints that follow each other in random ways."""
    rng = np.random.default_rng(seed)
    write = Writer(rng, with_sessions)
    write_endpoints(write)
    names = list(write.written)
    rng.shuffle(names)
    return plan_of(
        {name: ENDPOINT.validate_python(write.written[name]) for name in names},
        baseline=random_baseline(write),
        course=random_course(write),
        follow_up=FollowUpRule(max_unseen_days=float(write.pick((0, 7, 28, 28)))),
    )


def random_baseline(write: Writer) -> BaselineRule:
    window = write.pick(((-14, 0), (-14, 0), (-7, 0), (-30, -1)))
    minimum = write.pick(({}, {}, {}, {"MADRS": 22}, {"MADRS": 21, "WELL": 9}))
    return BaselineRule(window_days=window, minimum=minimum)


def random_course(write: Writer) -> CourseRule:
    return CourseRule(
        max_gap_days=float(write.pick((7, 10, 10, 14))),
        max_sessions=write.pick((None, None, None, 1, 3, 6)),
        max_days=float(write.pick((14, 21, 35, 35))),
        use_phase=write.chance(0.8),
        block_gap_days=float(write.pick((0, 3, 7, 7, 14))),
        cycle_baseline=write.pick(("original", "original", "pre-block")),
    )
