"""Symbols as figures print them: variables in italics, units and words upright; and the same as plain text."""

import re

from asplab.core.energies.references import detuning_label
from asplab.core.pipeline import Results

DETUNING = r"$\Delta E$"
STOKES_DETUNING = r"$\Delta E_{\mathrm{S}}$"
ETA = r"$\eta$"
ETA_ASPL = r"$\eta_{\mathrm{ASPL}}$"
PHONON = r"$\hbar\omega$"
INVERSE_KT = r"$1/k_{\mathrm{B}}T$"
TEMPERATURE = r"$T$"

_GREEK = {
    r"\Delta": "Δ", r"\eta": "η", r"\hbar": "ħ", r"\omega": "ω", r"\Gamma": "Γ", r"\tau": "τ", r"\sigma": "σ",
    r"\lambda": "λ", r"\sqrt": "√", r"\,": " ", r"\ ": " ", r"\cdot": "·", r"\times": "×",
}  # fmt: skip
_WORDS = re.compile(r"\\(?:mathrm|mathit|mathbf|mathregular)\s*")
_MATH = re.compile(r"(?<!\\)\$(.*?)(?<!\\)\$")
_UNIT = re.compile(r"(.*?)\s*\(([^()]*)\)\s*")


def detuning_axis(results: Results) -> str:
    """Return the label of an axis of ΔE, which says from where it counts."""
    settings = None if results.energies is None else results.document.settings.energies
    return detuning_label(settings).replace("ΔE", DETUNING)


def plain(text: str) -> str:
    """Return a label without mathematics: ``ΔE_S (meV)`` for ``$\\Delta E_{\\mathrm{S}}$ (meV)``."""
    return _MATH.sub(lambda found: _plain_math(found[1]), text).replace(r"\$", "$").lstrip("\N{ZERO WIDTH SPACE}")


def quantity_and_unit(label: str) -> tuple[str, str]:
    """Return what an axis shows and its unit, from its label with the unit in brackets."""
    words = plain(label)
    found = _UNIT.fullmatch(words)
    return (words, "") if found is None else (found[1], found[2])


def _plain_math(formula: str) -> str:
    for command, sign in _GREEK.items():
        formula = re.sub(rf"{re.escape(command)}(?![a-z]) ?", sign, formula)
    return re.sub(r"[{}]", "", _WORDS.sub("", formula)).replace("^-1", "⁻¹")
