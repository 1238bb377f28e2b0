"""The columns of a simulated cohort, in the order in which they are written."""

from typing import Final

from afterglow.names import (
    AGE,
    ARM,
    DAY,
    DIAGNOSIS,
    DOSE_MG,
    DOSE_MG_PER_KG,
    DRUG,
    END_DAY,
    EVENT_NAME,
    INSTRUMENT,
    KIND,
    PHASE,
    RATER,
    REASON,
    ROUTE,
    SCHEDULED,
    SCORE,
    SESSION_NO,
    SEVERITY,
    SEX,
    SITE,
    SUBJECT,
    TERM,
    TIMING,
    VISIT,
)

ENTRY_SEVERITY: Final = "entry_severity"
PRIOR_FAILURES: Final = "prior_treatment_failures"
ANTIDEPRESSANT: Final = "antidepressant"
PAYER: Final = "payer"
COST: Final = "cost_per_session_usd"
PSYCHOTHERAPY: Final = "psychotherapy"
CADSS_PEAK: Final = "cadss_peak"
SBP_BASELINE: Final = "sbp_baseline"
SBP_PEAK: Final = "sbp_peak"
ITEMS: Final = tuple(f"item_{number}" for number in range(1, 10))

TRUE_BASELINE: Final = "true_baseline"
RESPONSIVENESS: Final = "responsiveness"
SLOW_DECAY: Final = "slow_decay_days"
COURSE_SESSIONS: Final = "course_sessions"
COURSE_END: Final = "course_end_day"
TRUE_IMPROVEMENT: Final = "improvement_at_course_end_percent"
TRUE_RESPONDER: Final = "responder_at_course_end"
TRUE_LOSS: Final = "booster_free_loss_of_response_days"
TRUE_RELAPSE: Final = "booster_free_relapse_days"

TABLE_COLUMNS: Final = {
    "subjects": (
        SUBJECT,
        SITE,
        ARM,
        ROUTE,
        AGE,
        SEX,
        DIAGNOSIS,
        ENTRY_SEVERITY,
        PRIOR_FAILURES,
        ANTIDEPRESSANT,
        PSYCHOTHERAPY,
        PAYER,
        COST,
    ),
    "scores": (SUBJECT, DAY, INSTRUMENT, SCORE, TIMING, RATER, SCHEDULED, VISIT, *ITEMS),
    "sessions": (
        SUBJECT,
        DAY,
        SESSION_NO,
        ROUTE,
        DRUG,
        DOSE_MG_PER_KG,
        DOSE_MG,
        PHASE,
        KIND,
        PSYCHOTHERAPY,
        CADSS_PEAK,
        SBP_BASELINE,
        SBP_PEAK,
    ),
    "events": (SUBJECT, DAY, EVENT_NAME, TERM, SEVERITY),
    "follow_up": (SUBJECT, END_DAY, REASON),
    "truth": (
        SUBJECT,
        TRUE_BASELINE,
        RESPONSIVENESS,
        SLOW_DECAY,
        COURSE_SESSIONS,
        COURSE_END,
        TRUE_IMPROVEMENT,
        TRUE_RESPONDER,
        TRUE_LOSS,
        TRUE_RELAPSE,
    ),
}

PRE_DOSE: Final = "pre-dose"
POST_DOSE: Final = "post-dose"
OFF_DOSE: Final = "off-dose"
INDUCTION: Final = "induction"
MAINTENANCE: Final = "maintenance"
BOOSTER: Final = "booster"
PLANNED: Final = "scheduled"
TRIGGERED: Final = "triggered"
UNKNOWN: Final = "unknown"
ADMINISTRATIVE: Final = "administrative"
LOST: Final = "lost"
WITHDRAWAL: Final = "withdrawal"
