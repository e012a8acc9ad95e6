"""What is said of each temperature: whether its fit holds, and its g and ħω."""

import math
from dataclasses import dataclass

from asplab.core.appraisal.outliers import Outliers
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.estimate import Estimate
from asplab.core.polaron.fit import N_PARAMETERS, PolaronFit
from asplab.core.polaron.profiles import PolaronIntervals
from asplab.gui.language import counted, tr
from asplab.gui.widgets.numerals import measured, plain


@dataclass(frozen=True, slots=True)
class Verdict:
    """A sign, a few words and a sentence about the fit of a temperature; ``is_odd`` where it is to be looked at."""

    sign: str
    short: str
    sentence: str
    is_odd: bool = False


def verdict(
    fit: EfficiencyFit, polaron: PolaronFit, intervals: PolaronIntervals | None, outliers: Outliers, t: int
) -> Verdict:
    """Return what is said of one temperature."""
    if not polaron.fitted[t]:
        return _not_fitted(fit, polaron, t)
    sentences, short = [], []
    if outliers.is_misfit[t]:
        short.append(tr("misfit"))
        sentences.append(
            tr(
                "Eq. 9 does not describe η: χ² is {chi2} for {dof} degrees of freedom.",
                chi2=plain(float(polaron.chi2[t]), 0),
                dof=int(polaron.dof[t]),
            )
        )
    if outliers.is_apart[t]:
        size = plain(float(outliers.deviation[t]), 0)
        short.append(tr("differs {size}σ", size=size))
        sentences.append(tr("g and ħω differ by {size}σ from what the other temperatures share.", size=size))
    if sentences:
        is_odd = bool(outliers.is_misfit[t] or outliers.has_common)
        return Verdict("!" if is_odd else "◇", " · ".join(short), " ".join(sentences), is_odd=is_odd)
    if intervals is not None and not intervals.identified[t]:
        return Verdict("◇", tr("open"), tr("The data leave ħω or g open at 68 %."))
    if math.isnan(outliers.deviation[t]):
        return Verdict("✓", tr("fits"), tr("Eq. 9 describes η; there is no other temperature to compare with."))
    told = tr("Eq. 9 describes η; g and ħω agree with the others ({size}σ).", size=plain(outliers.deviation[t], 1))
    return Verdict("✓", tr("agrees"), told)


def _not_fitted(fit: EfficiencyFit, polaron: PolaronFit, t: int) -> Verdict:
    count = int(polaron.n_points[t])
    if not fit.valid[t].any():
        return Verdict("·", tr("no η"), tr("There is no η at this temperature: PL, ASPL or PA is missing."))
    told = tr("Not fitted: {count}; Eq. 9 needs {least}.", count=counted(count, "usable detuning"), least=N_PARAMETERS)
    return Verdict("·", tr("not fitted"), told)


def numbers(polaron: PolaronFit, intervals: PolaronIntervals | None, index: int) -> tuple[str, str, str]:
    """Return χ²/dof, g and ħω of a fit, of the joint one at the last index; a dash where there is none."""
    dof = int(polaron.dof[index])
    has_fit = math.isfinite(polaron.chi2[index])
    misfit = plain(float(polaron.chi2[index]) / dof, 2) if has_fit and dof > 0 else "—"
    return misfit, *(_estimated(polaron, intervals, index, name) for name in ("g", "phonon"))


def _estimated(polaron: PolaronFit, intervals: PolaronIntervals | None, index: int, name: str) -> str:
    value = float(getattr(polaron, f"{name}_mev")[index])
    error = float(getattr(polaron, f"{name}_error_mev")[index])
    ends: list[float | None] = [None, None]
    if intervals is not None and math.isfinite(polaron.chi2[index]):
        found = (float(getattr(intervals, f"{name}_{side}_mev")[index]) for side in ("low", "high"))
        ends = [end if math.isfinite(end) else None for end in found]
    words = measured(Estimate(value, error, "meV", *ends))
    return "—" if words == "not determined" else words
