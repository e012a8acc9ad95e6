"""Systematic errors of compared rate models: every nuisance moved as for Eq. 9, and each model fitted again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.errors import AnalysisError
from asplab.core.polaron.comparison.allowed import OFFSET
from asplab.core.polaron.comparison.compare import Comparison
from asplab.core.polaron.comparison.records import ModelFit
from asplab.core.polaron.comparison.refit import refit
from asplab.core.progress import Progress
from asplab.core.systematics.effects import NuisanceEffects
from asplab.core.systematics.linear import capped_prior, nuisances_for
from asplab.core.systematics.model_record import ModelSystematics
from asplab.core.systematics.nuisances import NUISANCES
from asplab.core.systematics.sides import FAR, RUN_AWAY, in_quadrature, towards_truth
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


@dataclass(frozen=True, slots=True, eq=False)
class _Moved:
    """Size of a nuisance, and the data with it at multiples of that; None where no measurement can hold so much."""

    sigma: float
    data: dict[float, EfficiencyFit | None]


def _moved(subject: Subject, progress: Progress) -> dict[str, _Moved]:
    """Return the data of the models with each nuisance at its sizes."""
    prior, found = capped_prior(subject), {}
    for k, (name, sigma) in enumerate(prior.items()):
        progress.step(k, len(prior), f"systematic error: {NUISANCES[name].title}")
        sizes = (1.0, FAR) if NUISANCES[name].is_one_sided else (1.0, -1.0, FAR, -FAR)
        data = {size: _data(subject, name, size * sigma, may_fail=abs(size) > 1.0) for size in sizes}
        found[name] = _Moved(sigma, data)
    return found


def _data(subject: Subject, name: str, size: float, *, may_fail: bool) -> EfficiencyFit | None:
    try:
        return subject.shifted({name: size})[1]
    except AnalysisError:
        if not may_fail:
            raise
        return None


def _of_fit(
    subject: Subject, fit: ModelFit, moved: dict[str, _Moved], nuisances: NuisanceEffects | None
) -> ModelSystematics:
    own = _own(fit, nuisances)
    chosen = {name: part for name, part in moved.items() if name not in own}
    changed = [data for part in chosen.values() for data in part.data.values() if data is not None]
    refits = iter(refit(fit, changed, nuisances=nuisances).values)
    names = quantities(fit)
    central = _with_energies(fit, np.where(fit.is_stopped[:, None], np.nan, fit.values))
    nothing, unknown = np.where(np.isfinite(central), 0.0, np.nan), np.full_like(central, np.nan)
    changes: dict[float, list[FloatArray]] = {size: [] for size in (1.0, -1.0, FAR, -FAR)}
    for part in chosen.values():
        found = {
            size: unknown if data is None else _with_energies(fit, next(refits)) - central
            for size, data in part.data.items()
        }
        for size, column in changes.items():
            column.append(found.get(size, nothing))
    shape = (len(chosen), *central.shape)
    up, down, far_up, far_down = (np.array(column).reshape(shape) for column in changes.values())
    kinds = [NUISANCES[name] for name in chosen]
    above, below = towards_truth((up, down), (far_up, far_down), kinds, runs_away=np.isin(names, RUN_AWAY))
    return ModelSystematics(
        model=fit.model,
        quantities=names,
        names=tuple(chosen),
        titles=tuple(kind.title for kind in kinds),
        units=tuple(kind.unit for kind in kinds),
        sigma=np.array([part.sigma for part in chosen.values()]),
        is_one_sided=np.array([kind.is_one_sided for kind in kinds], dtype=bool),
        central=central,
        up=up,
        down=down,
        above=above,
        below=below,
        plus=in_quadrature(above, central),
        minus=in_quadrature(below, central),
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
