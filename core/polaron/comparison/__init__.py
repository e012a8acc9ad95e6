"""Rate models fitted to the same η(ΔE, T), compared, and what the data say about each."""

from asplab.core.polaron.comparison.advice import MeasurementPlan, plan_measurement
from asplab.core.polaron.comparison.compare import DEFAULT_MODELS, Comparison, compare_models
from asplab.core.polaron.comparison.fit import fit_model
from asplab.core.polaron.comparison.influence import Influence, Residuals, leave_one_out, residuals
from asplab.core.polaron.comparison.options import ModelOptions
from asplab.core.polaron.comparison.profiles import Profile, ProfilePlane, profile, profile_plane
from asplab.core.polaron.comparison.records import FittedNuisances, ModelFit, PriorPull, ScaleTest

__all__ = [
    "DEFAULT_MODELS",
    "Comparison",
    "FittedNuisances",
    "Influence",
    "MeasurementPlan",
    "ModelFit",
    "ModelOptions",
    "PriorPull",
    "Profile",
    "ProfilePlane",
    "Residuals",
    "ScaleTest",
    "compare_models",
    "fit_model",
    "leave_one_out",
    "plan_measurement",
    "profile",
    "profile_plane",
    "residuals",
]
