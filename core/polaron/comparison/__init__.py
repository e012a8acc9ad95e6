"""Rate models fitted to the same η(ΔE, T), compared, and what the data say about each."""

from asplab.core.polaron.comparison.advice import MeasurementPlan, plan_measurement
from asplab.core.polaron.comparison.compare import DEFAULT_MODELS, Comparison, compare_models
from asplab.core.polaron.comparison.fit import ModelFit, ScaleTest, fit_model
from asplab.core.polaron.comparison.influence import Influence, Residuals, leave_one_out, residuals
from asplab.core.polaron.comparison.options import ModelOptions

__all__ = [
    "DEFAULT_MODELS",
    "Comparison",
    "Influence",
    "MeasurementPlan",
    "ModelFit",
    "ModelOptions",
    "Residuals",
    "ScaleTest",
    "compare_models",
    "fit_model",
    "leave_one_out",
    "plan_measurement",
    "residuals",
]
