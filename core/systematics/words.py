"""Systematic errors in words: results with both errors, and what dominates."""

import numpy as np

from asplab.core.systematics.uncertainty import Systematics

_NAMES = {
    "quantum_yield": ("QY", ""),
    "eta": ("η", ""),
    "g_mev": ("g", " meV"),
    "phonon_mev": ("ħω", " meV"),
    "polaron_energy_mev": ("E_p", " meV"),
    "huang_rhys": ("S", ""),
}
_MOST_NAMED = 2


def dominant(
    systematics: Systematics, quantity: str, place: tuple[int, ...] | None = None
) -> tuple[tuple[str, float], ...]:
    """Return the nuisances that bring a systematic variance and their shares of it, the largest first.

    Parameters
    ----------
    quantity : str
        A field of `asplab.core.systematics.Outcome`.
    place : tuple of int, optional
        Where the result stands in its array there; without it, the mean share over all results that every nuisance
        leaves determined.
    """
    variance = systematics.variance(quantity)
    results = variance if place is None else np.array([part[place] for part in variance])
    chosen = results.reshape(len(variance), results.size // max(len(variance), 1))
    total = chosen.sum(axis=0)
    known = np.isfinite(total) & (total > 0.0)
    if not known.any():
        return ()
    means = (chosen[:, known] / total[known]).mean(axis=1)
    shares = [(name, float(part)) for name, part in zip(systematics.names, means, strict=True) if part > 0.0]
    return tuple(sorted(shares, key=lambda share: -share[1]))


def in_words(systematics: Systematics) -> tuple[str, ...]:
    """Return one sentence per kind of result: its errors, and what dominates the systematic one.

    Quantum yield and η by the median over the temperatures and points, the others of the joint fit or, where there is
    none, of the temperature with the smallest relative error. Then what was left out, and notes.
    """
    lines = [_spread(systematics, name) for name in ("quantum_yield", "eta")]
    row = _best_row(systematics)
    if row is not None:
        lines += [told(systematics, name, row) for name in list(_NAMES)[2:]]
    left = [f"{name} ({why})" for name, why in systematics.left_out]
    if left:
        lines.append(f"Left out: {', '.join(left)}.")
    return (*(line for line in lines if line), *systematics.notes)


def _best_row(systematics: Systematics) -> int | None:
    value, error = systematics.central.phonon_mev, systematics.statistical.phonon_mev
    if np.isfinite(value[-1]):
        return len(value) - 1
    known = np.isfinite(value) & np.isfinite(error)
    if not known.any():
        return None
    return int(np.argmin(np.where(known, error / np.where(known, value, 1.0), np.inf)))


def _spread(systematics: Systematics, quantity: str) -> str:
    known = np.isfinite(getattr(systematics.central, quantity)) & np.isfinite(getattr(systematics.plus, quantity))
    if not known.any():
        return ""
    parts = (systematics.statistical, systematics.plus, systematics.minus)
    errors = [float(np.median(getattr(part, quantity)[known])) for part in parts]
    name, unit = _NAMES[quantity]
    return (
        f"{name}: statistical ±{errors[0]:.2g}{unit}, systematic +{errors[1]:.2g}/−{errors[2]:.2g}{unit} (medians)"
        f"{_because(systematics, dominant(systematics, quantity))}."
    )


def told(systematics: Systematics, quantity: str, row: int) -> str:
    """Return both errors of one result and what dominates the systematic one; empty where it is not determined.

    Parameters
    ----------
    quantity : str
        A field of `asplab.core.systematics.Outcome` with one entry a temperature, and one for all.
    row : int
        The temperature, or their number for the joint fit.
    """
    value, error, plus, minus = (
        float(getattr(part, quantity)[row])
        for part in (systematics.central, systematics.statistical, systematics.plus, systematics.minus)
    )
    if not np.isfinite(value):
        return ""
    name, unit = _NAMES[quantity]
    joint = row == len(systematics.temperatures_k)
    place = "all temperatures" if joint else f"{systematics.temperatures_k[row]:.0f} K"
    ends = "/".join(
        f"{sign}{_two(end)}" if np.isfinite(end) else f"{sign}open" for sign, end in (("+", plus), ("−", minus))
    )
    sources = dominant(systematics, quantity, (row,))
    lost = [
        title
        for title, part in zip(systematics.titles, systematics.variance(quantity)[:, row], strict=True)
        if not np.isfinite(part)
    ]
    because = f"; not determined after a shift of: {', '.join(lost)}" if lost else _because(systematics, sources)
    return f"{name} ({place}): {value:.4g}{unit}, statistical ±{_two(error)}, systematic {ends}{because}."


def _two(size: float) -> str:
    """Return a size with two digits, 1.0 for one."""
    return f"{size:#.2g}".rstrip(".")


def _because(systematics: Systematics, sources: tuple[tuple[str, float], ...]) -> str:
    if not sources:
        return ""
    titles = dict(zip(systematics.names, systematics.titles, strict=True))
    told = " and ".join(f"{titles[name]} ({share:.0%})" for name, share in sources[:_MOST_NAMED] if share >= 0.1)
    return f"; most of it from {told}" if told else ""
