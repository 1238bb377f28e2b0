"""The plan's analyses: one model per estimator, each applied to one endpoint in one population."""

from typing import Annotated, Literal

from pydantic import Field

from afterglow.plan.analysis import (
    AnalysisBase,
    CensoringAnalysis,
    CurveAnalysis,
    LandmarkAnalysis,
    Share,
)
from afterglow.plan.base import NonNegativeDays
from afterglow.plan.clauses import Timing
from afterglow.plan.competing_analyses import (
    CauseSpecificCoxAnalysis,
    FineGrayAnalysis,
    GrayTestAnalysis,
)
from afterglow.plan.cox_analyses import CoxAnalysis
from afterglow.plan.cycle_analyses import (
    BoosterLatencyAnalysis,
    CycleSummaryAnalysis,
    ScoreWithinCycleAnalysis,
)
from afterglow.plan.group_analyses import LogrankAnalysis, MaxComboAnalysis, RmstAnalysis
from afterglow.plan.interval_analyses import (
    DoublyCensoredAnalysis,
    IntervalIncidenceAnalysis,
    IntervalRegressionAnalysis,
    IntervalTestAnalysis,
    TurnbullAnalysis,
)
from afterglow.plan.known_keys import models_by_word
from afterglow.plan.multistate_analyses import MultistateAnalysis, TransitionModelsAnalysis
from afterglow.plan.parametric_analyses import (
    AftAnalysis,
    FlexibleParametricAnalysis,
    PseudoValuesAnalysis,
)
from afterglow.plan.prediction_analyses import LandmarkPredictionAnalysis
from afterglow.plan.recurrent_analyses import (
    FrailtyAnalysis,
    MeanCumulativeFunctionAnalysis,
    RecurrentCoxAnalysis,
)
from afterglow.plan.strategy_analyses import StrategyComparisonAnalysis
from afterglow.plan.trial_analyses import TargetTrialAnalysis
from afterglow.plan.weighting_analyses import WeightedKaplanMeierAnalysis

ProportionMethod = Literal["wilson", "clopper-pearson", "jeffreys", "agresti-coull", "wald"]
DifferenceMethod = Literal["miettinen-nurminen", "mee", "newcombe", "wald", "agresti-caffo"]
MissingRule = Literal["observed", "non-responder", "last-observation", "best-case", "worst-case"]


class ProportionAnalysis(AnalysisBase):
    """Response rates: the share of subjects who meet the endpoint, at days or at all."""

    estimator: Literal["proportion"] = Field(description="how the endpoint is estimated")
    at_days: tuple[float, ...] = Field(
        default=(), description="days since the first session; empty: the endpoint at any time"
    )
    window_days: NonNegativeDays = Field(
        default=3.0, description="the score nearest to the day, this near"
    )
    timing: tuple[Timing, ...] | None = Field(
        default=None, description="only scores with this timing; default: all"
    )
    missing: tuple[MissingRule, ...] = Field(
        default=("observed", "non-responder"),
        description="how subjects without a score are counted",
    )
    method: ProportionMethod = Field(
        default="wilson", description="interval of one group's proportion"
    )
    difference: DifferenceMethod = Field(
        default="miettinen-nurminen", description="interval of a difference from the reference"
    )


class KaplanMeierAnalysis(CurveAnalysis, CensoringAnalysis, LandmarkAnalysis):
    """Share still free of the endpoint; refused where a competing cause exists, unless naive."""

    estimator: Literal["kaplan_meier"] = Field(description="how the endpoint is estimated")
    quantiles: tuple[Share, ...] = Field(
        default=(0.5,), description="shares with the event, for the times; 0.5 is the median"
    )


class AalenJohansenAnalysis(CurveAnalysis, LandmarkAnalysis):
    """Cumulative incidence of the endpoint and of each competing cause."""

    estimator: Literal["aalen_johansen"] = Field(description="how the endpoint is estimated")
    naive_overlay: bool = Field(
        default=True, description="show 1 - Kaplan-Meier beside it, labelled naive"
    )


Analysis = Annotated[
    ProportionAnalysis
    | KaplanMeierAnalysis
    | LogrankAnalysis
    | MaxComboAnalysis
    | RmstAnalysis
    | AalenJohansenAnalysis
    | GrayTestAnalysis
    | FineGrayAnalysis
    | CauseSpecificCoxAnalysis
    | MultistateAnalysis
    | TransitionModelsAnalysis
    | CoxAnalysis
    | MeanCumulativeFunctionAnalysis
    | RecurrentCoxAnalysis
    | FrailtyAnalysis
    | BoosterLatencyAnalysis
    | CycleSummaryAnalysis
    | ScoreWithinCycleAnalysis
    | AftAnalysis
    | FlexibleParametricAnalysis
    | TurnbullAnalysis
    | IntervalTestAnalysis
    | IntervalRegressionAnalysis
    | IntervalIncidenceAnalysis
    | DoublyCensoredAnalysis
    | PseudoValuesAnalysis
    | LandmarkPredictionAnalysis
    | StrategyComparisonAnalysis
    | WeightedKaplanMeierAnalysis
    | TargetTrialAnalysis,
    Field(discriminator="estimator"),
]
AVAILABLE_ESTIMATORS = tuple(models_by_word(Analysis, "estimator"))
LATER_ESTIMATORS = ("mmrm", "gee")
