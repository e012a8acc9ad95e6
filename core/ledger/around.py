"""What one correction changes for one condition: the same data before and after it, everything later left out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from asplab.core.corrections import Corrected
from asplab.core.document import Document
from asplab.core.energies import Excitations
from asplab.core.errors import AnalysisError
from asplab.core.ledger.step import Step
from asplab.core.pipeline import Results, raw_graph
from asplab.core.scans import Scans
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Around:
    """Curves or points before and after a correction.

    Attributes
    ----------
    x_before, x_after : ndarray, shape (n,)
        Wavelength in nm of spectra and excitations, photon energy in meV of scans.
    before, after : ndarray, shape (n_curves, n)
        Repeats of a spectrum or scan; one row where the correction changes a number of each condition.
    stacks : tuple of int
        Conditions that the points belong to; empty for curves.
    sources_before, sources_after : tuple of str
        File of each curve; empty where it is not known, and for points.
    """

    x_before: FloatArray
    x_after: FloatArray
    before: FloatArray
    after: FloatArray
    stacks: tuple[int, ...] = ()
    sources_before: tuple[str, ...] = ()
    sources_after: tuple[str, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether the correction changes nothing here."""
        alike = self.before.shape == self.after.shape and np.array_equal(self.before, self.after, equal_nan=True)
        return alike and np.array_equal(self.x_before, self.x_after)

    @property
    def difference(self) -> FloatArray | None:
        """After less before, mean over the curves, (n,); None where both have axes of their own."""
        if self.x_before.shape != self.x_after.shape or not np.array_equal(self.x_before, self.x_after):
            return None
        found: FloatArray = self.after.mean(axis=0) - self.before.mean(axis=0)
        return found


def around(results: Results, steps: Sequence[Step], name: str, k: int) -> Around:
    """Return what the correction ``name`` changes for the condition at place ``k`` of `Gathered.stacks`.

    Where it is switched off, ``after`` is what it would give.

    Raises
    ------
    AnalysisError
        There is no such correction, or no data that it could change.
    """
    step = next((step for step in steps if step.name == name), None)
    if step is None:
        raise AnalysisError(f"there is no correction named {name!r}; choose from: {', '.join(s.name for s in steps)}.")
    if results.gathered is None or results.corrected is None or not 0 <= k < len(results.gathered.stacks):
        raise AnalysisError(f"{step.title}: there is no condition number {k}. Choose one of the experiment.")
    return _FINDERS[step.subject](results, steps, step, k)


def switched(document: Document, choices: Iterable[tuple[Step, bool]]) -> Document:
    """Return the document with corrections switched on (True) or off; those without a switch stay."""
    records: dict[str, Any] = {}
    for step, is_on in choices:
        if step.switch is not None:
            record = step.switch.record
            old = records.get(record, getattr(document.settings, record))
            records[record] = replace(old, **{step.switch.field: step.switch.on if is_on else step.switch.off})
    return document.with_settings(**records)


def _up_to(steps: Sequence[Step], step: Step, *, is_on: bool) -> list[tuple[Step, bool]]:
    """Return what is on of the corrections of one subject when those after ``step`` are left out."""
    alike = [other for other in steps if other.subject == step.subject]
    place = alike.index(step)
    earlier = [(other, other.state == "on") for other in alike[:place]]
    return [*earlier, (step, is_on), *((other, False) for other in alike[place + 1 :])]


def _spectra(results: Results, steps: Sequence[Step], step: Step, k: int) -> Around:
    assert results.gathered is not None
    alone = replace(results.gathered, stacks=(results.gathered.stacks[k],), problems=())
    found = []
    for is_on in (False, True):
        document = switched(results.document, _up_to(steps, step, is_on=is_on))
        corrected = _product(Corrected, document, alone)
        files = tuple(member.source for member in corrected.stacks[0].members)
        block = corrected.blocks[0]
        found.append((block.wavelength_nm, block.intensity[0][:, corrected.present[0]].T, files))
    (x, before, own), (x_after, after, own_after) = found
    return Around(x, x_after, before, after, sources_before=own, sources_after=own_after)


def _scans(results: Results, steps: Sequence[Step], step: Step, k: int) -> Around:
    """Return the scans of the condition's temperature: volts, less the baseline, per power where that is divided."""
    gathered = results.gathered
    assert gathered is not None
    assert results.excitations is not None
    t = gathered.stacks[k].temperature
    if results.scans is None or results.scans.sets[t] is None:
        raise AnalysisError(f"{step.title}: there is no scan at {gathered.temperatures_k[t]:.0f} K.")
    alone = replace(gathered, scans=tuple(own if i == t else () for i, own in enumerate(gathered.scans)), problems=())
    found = []
    for is_on in (False, True):
        choices = _up_to(steps, step, is_on=is_on)
        document = switched(results.document, choices)
        scans = _product(Scans, document, alone, results.corrected, results.energies, results.excitations).sets[t]
        assert scans is not None
        found.append((scans.energy_mev, (scans.volts - _level(results, choices, t)) / scans.power_uw))
    files = tuple(scan.source for scan in gathered.scans[t])
    (x, before), (x_after, after) = found
    own = files if len(files) == len(before) == len(after) else ()
    return Around(x, x_after, before, after, sources_before=own, sources_after=own)


def _level(results: Results, choices: Sequence[tuple[Step, bool]], t: int) -> FloatArray | float:
    """Return the baseline in volts along the scan where it is among what is on, else nothing."""
    baseline = None if results.absorbed is None else results.absorbed.baselines[t]
    is_on = any(step.name == "pa_baseline" and chosen for step, chosen in choices)
    return baseline.volts if is_on and baseline is not None else 0.0


def _excitations(results: Results, steps: Sequence[Step], step: Step, k: int) -> Around:
    """Return the photon energies in meV of all excitations of the condition's temperature."""
    gathered = results.gathered
    assert gathered is not None
    here = [i for i, stack in enumerate(gathered.stacks) if stack.temperature == gathered.stacks[k].temperature]
    energies = []
    for is_on in (False, True):
        document = switched(results.document, [(step, is_on)])
        energies.append(_product(Excitations, document, gathered, results.corrected).energy_mev[here])
    nominal = np.array([gathered.stacks[i].excitation_nm for i in here])
    return Around(nominal, nominal, energies[0][None], energies[1][None], tuple(here))


def _conditions(results: Results, steps: Sequence[Step], step: Step, k: int) -> Around:
    """Return the factor of every condition of the temperature; without the correction it is one."""
    gathered, emission = results.gathered, results.emission
    if gathered is None or emission is None:
        raise AnalysisError(f"{step.title}: no spectrum could be integrated.")
    here = [i for i, stack in enumerate(gathered.stacks) if stack.temperature == gathered.stacks[k].temperature]
    nominal = np.array([gathered.stacks[i].excitation_nm for i in here])
    seen = np.asarray(emission.truncation, dtype=np.float64)[here]
    after = np.where(seen > 0.0, 1.0 / np.where(seen > 0.0, seen, 1.0), np.nan)
    return Around(nominal, nominal, np.ones((1, len(here))), after[None], tuple(here))


def _product(wanted: type[Any], document: Document, *products: Any) -> Any:
    """Return a product of the chain for the settings of a document, on top of products that stay as they are."""
    settings = document.settings
    records = [getattr(settings, field.name) for field in fields(settings)]
    known = (product for product in products if product is not None)
    graph = raw_graph().put(document.experiment, document.exclusions, *records, *known)
    return graph.get(wanted)


_FINDERS = {"spectrum": _spectra, "scan": _scans, "excitation": _excitations, "condition": _conditions}
