"""Systematic errors of compared rate models: every nuisance moved as for Eq. 9, and each model fitted again."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.polaron.comparison.allowed import OFFSET
from asplab.core.polaron.comparison.compare import Comparison
from asplab.core.polaron.comparison.records import ModelFit
from asplab.core.polaron.comparison.refit import refit
from asplab.core.progress import Progress
from asplab.core.systematics.effects import NuisanceEffects
from asplab.core.systematics.linear import capped_prior, nuisances_for
from asplab.core.systematics.model_record import ModelSystematics
from asplab.core.systematics.nuisances import NUISANCES
from asplab.core.systematics.sides import RUN_AWAY, in_quadrature, towards_truth
from asplab.core.systematics.subject import Subject, prepare
from asplab.core.units import FloatArray

if TYPE_CHECKING:
    from asplab.core.pipeline import Results


def with_systematics(comparison: Comparison, results: "Results", *, progress: Progress | None = None) -> Comparison:
    """Return the comparison with the systematic errors of every model that has parameters.

    Raises
    ------
    AnalysisError
        Where the results hold no η or no fit of Eq. 9.
    Cancelled
        When stopped through ``progress``.
    """
    found = model_systematics(results, comparison.fits, nuisances=nuisances_for(results), progress=progress)
    return replace(comparison, systematics=found)


def model_systematics(
    results: "Results | Subject",
    fits: Sequence[ModelFit],
    *,
    nuisances: NuisanceEffects | None = None,
    progress: Progress | None = None,
) -> tuple[ModelSystematics, ...]:
    """Return the systematic errors of fitted rate models, in their order.

    A nuisance that a fit takes as a parameter, or averages over, is part of its statistical error and is not moved.

    Parameters
    ----------
    fits : sequence of ModelFit
        Fits to the η of the results.
    nuisances : NuisanceEffects, optional
        Those that the fits took.
    """
    progress = progress or Progress()
    subject = results if isinstance(results, Subject) else prepare(results)
    moved = _moved(subject, progress.part(0.0, 0.3))
    found, fitting = [], progress.part(0.3, 1.0)
    for i, fit in enumerate(fits):
        fitting.step(i, len(fits), f"systematic errors of {fit.plan.model.title}")
        found.append(_of_fit(subject, fit, moved, nuisances))
    fitting.step(len(fits), len(fits), "systematic errors of rate models")
    return tuple(found)


def _moved(subject: Subject, progress: Progress) -> dict[str, tuple[float, EfficiencyFit, EfficiencyFit | None]]:
    """Return the size of each nuisance, and the data of the models at plus and minus it; None for one-sided ones."""
    prior, found = capped_prior(subject), {}
    for k, (name, sigma) in enumerate(prior.items()):
        progress.step(k, len(prior), f"systematic error: {NUISANCES[name].title}")
        up = subject.shifted({name: sigma})[1]
        down = None if NUISANCES[name].is_one_sided else subject.shifted({name: -sigma})[1]
        found[name] = (sigma, up, down)
    return found


def _of_fit(
    subject: Subject,
    fit: ModelFit,
    moved: dict[str, tuple[float, EfficiencyFit, EfficiencyFit | None]],
    nuisances: NuisanceEffects | None,
) -> ModelSystematics:
    own = _own(fit, nuisances)
    chosen = {name: part for name, part in moved.items() if name not in own}
    changed = [data for _, up, down in chosen.values() for data in (up, down) if data is not None]
    refits = iter(refit(fit, changed, nuisances=nuisances).values)
    names = quantities(fit)
    central = _with_energies(fit, np.where(fit.is_stopped[:, None], np.nan, fit.values))
    nothing = np.where(np.isfinite(central), 0.0, np.nan)
    up, down = [], []
    for _, _, lower in chosen.values():
        up.append(_with_energies(fit, next(refits)) - central)
        down.append(nothing if lower is None else _with_energies(fit, next(refits)) - central)
    shape = (len(chosen), *central.shape)
    above, below = np.array(up).reshape(shape), np.array(down).reshape(shape)
    is_one_sided = np.array([NUISANCES[name].is_one_sided for name in chosen], dtype=bool)
    plus, minus = towards_truth(above, below, is_one_sided, runs_away=np.isin(names, RUN_AWAY))
    return ModelSystematics(
        model=fit.model,
        quantities=names,
        names=tuple(chosen),
        titles=tuple(NUISANCES[name].title for name in chosen),
        units=tuple(NUISANCES[name].unit for name in chosen),
        sigma=np.array([sigma for sigma, _, _ in chosen.values()]),
        is_one_sided=is_one_sided,
        central=central,
        up=above,
        down=below,
        plus=in_quadrature(plus, central),
        minus=in_quadrature(minus, central),
        left_out=(*subject.left_out, *own.items()),
    )


def _own(fit: ModelFit, nuisances: NuisanceEffects | None) -> dict[str, str]:
    """Return the nuisances that a fit takes care of itself, and how."""
    taken = () if nuisances is None else nuisances.names
    found = dict.fromkeys(taken, "a nuisance of the fit itself, part of its statistical error")
    if OFFSET in fit.names:
        found["temperature_k"] = "the temperature is a parameter of the fit, with its error"
    if fit.plan.is_averaged or fit.plan.model.lines is not None:
        found["ensemble_mev"] = "the fit has a width of its own"
    return found


def quantities(fit: ModelFit) -> tuple[str, ...]:
    """Return the numbers of a fit that have a systematic error: its parameters, and E_p and S where it has them."""
    has_both = {"g_mev", "phonon_mev"} <= {*fit.names, *fit.plan.fixed} and {"g_mev", "phonon_mev"} & set(fit.names)
    return (*fit.names, *(("polaron_energy_mev", "huang_rhys") if has_both else ()))


def _with_energies(fit: ModelFit, values: FloatArray) -> FloatArray:
    """Return parameters (n_rows, n_names) with E_p and S, (n_rows, n_quantities)."""
    if len(quantities(fit)) == len(fit.names):
        return values
    known = {name: values[:, i] for i, name in enumerate(fit.names)} | dict(fit.plan.fixed)
    g, phonon = known["g_mev"], known["phonon_mev"]
    return np.column_stack([values, g**2 / phonon, (g / phonon) ** 2])
