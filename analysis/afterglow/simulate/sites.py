"""How the simulated clinics work: their routes of administration, visits and booster habits."""

from typing import Literal

from pydantic import Field

from afterglow.simulate.settings import NotNegative, Positive, Settings, Share


class RouteHabit(Settings):
    """One way of giving the drug: product, dose, the course it comes in, and its acute effects."""

    route: Literal["IV", "IM", "SC", "IN", "SL", "PO"] = Field(description="Route of a session.")
    arm: str = Field(description="Received group that subjects on this route belong to.")
    drug: Literal["ketamine", "esketamine"] = Field(description="Substance given.")
    dose_mg_per_kg: tuple[Positive, ...] = Field(
        default=(), description="Weight-based doses by session, mg/kg; the last one is kept."
    )
    dose_mg: tuple[Positive, ...] = Field(
        default=(), description="Fixed doses by session, mg; the last one is kept."
    )
    course_sessions: int = Field(ge=1, description="Sessions planned in the course.")
    course_gaps_days: tuple[int, ...] = Field(
        min_length=1, description="Days between the sessions of the course, repeated in turn."
    )
    cadss_mean_points: NotNegative = Field(
        description="Mean peak dissociation (CADSS, 0-92) at the first session, points."
    )
    sbp_rise_mm_hg: NotNegative = Field(
        description="Mean peak rise of systolic pressure in a session, mmHg."
    )
    safety_recorded_share: Share = Field(
        default=0.95, description="Probability that a session's safety columns are filled."
    )


class SiteHabit(Settings):
    """One clinic: size, routes, visit calendar, recording habits and booster policy."""

    site_id: str = Field(description="Letter of the site.")
    size: Positive = Field(description="Relative size; the sites' sizes are scaled to sum to 1.")
    route_shares: dict[str, Positive] = Field(
        description="Relative frequency of each route among the site's subjects."
    )
    visit_gap_days: Positive = Field(description="Planned days between visits after the course.")
    visit_jitter_days: NotNegative = Field(
        description="Largest shift of a planned visit to either side, days."
    )
    attended_share: Share = Field(description="Probability that a planned visit takes place.")
    session_score_share: Share = Field(
        description="Probability that scores are taken before a session."
    )
    session_madrs_share: Share = Field(
        description="Probability that MADRS is among the scores taken before a session."
    )
    post_dose_share: Share = Field(
        description="Probability that MADRS is repeated 2 h after a session."
    )
    items_recorded: bool = Field(
        description="Whether the items of PHQ-9 are kept beside its total."
    )
    booster_policy: Literal["triggered", "scheduled", "mixed"] = Field(
        description="What leads to boosters: symptoms, a calendar, or a calendar plus symptoms."
    )
    booster_gaps_days: tuple[int, ...] = Field(
        default=(), description="Planned days between boosters; the last one is kept."
    )
    trigger_madrs_points: float = Field(
        description="MADRS at a visit from which a booster is offered, points."
    )
    recheck_days: int = Field(
        default=0,
        ge=0,
        description="Days from the first such visit to a second look that must agree; 0 = none.",
    )
    booster_delay_days: NotNegative = Field(
        description="Mean days from that visit to the booster (0 = same day is possible)."
    )
    reinduction_share: Share = Field(
        description="Probability that a triggered booster is a block of several sessions."
    )
    unknown_kind_share: Share = Field(
        description="Probability that the record does not say why a booster was given."
    )


DEMO_ROUTES = (
    RouteHabit(
        route="IV",
        arm="racemic ketamine",
        drug="ketamine",
        dose_mg_per_kg=(0.5,),
        course_sessions=6,
        course_gaps_days=(3, 4),
        cadss_mean_points=22,
        sbp_rise_mm_hg=19,
    ),
    RouteHabit(
        route="IM",
        arm="racemic ketamine",
        drug="ketamine",
        dose_mg_per_kg=(0.5, 0.75),
        course_sessions=6,
        course_gaps_days=(2, 5),
        cadss_mean_points=26,
        sbp_rise_mm_hg=21,
    ),
    RouteHabit(
        route="SL",
        arm="racemic ketamine",
        drug="ketamine",
        dose_mg=(100, 150, 200),
        course_sessions=7,
        course_gaps_days=(4, 3),
        cadss_mean_points=11,
        sbp_rise_mm_hg=9,
        safety_recorded_share=0.25,
    ),
    RouteHabit(
        route="IN",
        arm="esketamine",
        drug="esketamine",
        dose_mg=(56, 84),
        course_sessions=8,
        course_gaps_days=(4, 3),
        cadss_mean_points=14,
        sbp_rise_mm_hg=13,
    ),
)

DEMO_SITES = (
    SiteHabit(
        site_id="A",
        size=0.27,
        route_shares={"IV": 0.75, "IN": 0.25},
        visit_gap_days=14,
        visit_jitter_days=3,
        attended_share=0.9,
        session_score_share=0.9,
        session_madrs_share=0.7,
        post_dose_share=0.15,
        items_recorded=True,
        booster_policy="triggered",
        trigger_madrs_points=20,
        recheck_days=7,
        booster_delay_days=5,
        reinduction_share=0.1,
        unknown_kind_share=0.02,
    ),
    SiteHabit(
        site_id="B",
        size=0.23,
        route_shares={"IV": 0.9, "IM": 0.1},
        visit_gap_days=18,
        visit_jitter_days=5,
        attended_share=0.85,
        session_score_share=0.8,
        session_madrs_share=0.4,
        post_dose_share=0.02,
        items_recorded=True,
        booster_policy="mixed",
        booster_gaps_days=(14, 14, 21, 28),
        trigger_madrs_points=20,
        booster_delay_days=5,
        reinduction_share=0.05,
        unknown_kind_share=0.12,
    ),
    SiteHabit(
        site_id="C",
        size=0.21,
        route_shares={"IN": 1.0},
        visit_gap_days=14,
        visit_jitter_days=2,
        attended_share=0.92,
        session_score_share=0.95,
        session_madrs_share=0.5,
        post_dose_share=0.03,
        items_recorded=False,
        booster_policy="scheduled",
        booster_gaps_days=(14,),
        trigger_madrs_points=22,
        recheck_days=7,
        booster_delay_days=6,
        reinduction_share=0,
        unknown_kind_share=0.03,
    ),
    SiteHabit(
        site_id="D",
        size=0.14,
        route_shares={"IM": 1.0},
        visit_gap_days=21,
        visit_jitter_days=5,
        attended_share=0.8,
        session_score_share=0.7,
        session_madrs_share=0.4,
        post_dose_share=0,
        items_recorded=True,
        booster_policy="triggered",
        trigger_madrs_points=18,
        recheck_days=8,
        booster_delay_days=3,
        reinduction_share=0.2,
        unknown_kind_share=0.2,
    ),
    SiteHabit(
        site_id="E",
        size=0.1,
        route_shares={"SL": 1.0},
        visit_gap_days=21,
        visit_jitter_days=5,
        attended_share=0.75,
        session_score_share=0.85,
        session_madrs_share=0.25,
        post_dose_share=0,
        items_recorded=True,
        booster_policy="mixed",
        booster_gaps_days=(28,),
        trigger_madrs_points=20,
        recheck_days=10,
        booster_delay_days=2,
        reinduction_share=0.1,
        unknown_kind_share=0.25,
    ),
    SiteHabit(
        site_id="F",
        size=0.05,
        route_shares={"IV": 0.5, "IN": 0.5},
        visit_gap_days=21,
        visit_jitter_days=4,
        attended_share=0.88,
        session_score_share=0.8,
        session_madrs_share=0.5,
        post_dose_share=0.05,
        items_recorded=False,
        booster_policy="triggered",
        trigger_madrs_points=20,
        recheck_days=6,
        booster_delay_days=6,
        reinduction_share=0.6,
        unknown_kind_share=0.05,
    ),
)
