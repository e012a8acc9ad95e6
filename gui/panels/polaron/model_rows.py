"""The comparison as rows of a table: every known model, those compared with their numbers."""

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

from asplab.core.estimate import Estimate
from asplab.core.polaron.rates import MODELS, RateModel
from asplab.gui.language import tr
from asplab.gui.look.theme import detuning_spec
from asplab.gui.panels.polaron.comparing import Compared
from asplab.gui.panels.polaron.page import unbroken
from asplab.gui.settings_catalogue import EFFECTS, QUANTITIES
from asplab.gui.widgets.numerals import measured, plain
from asplab.gui.widgets.table import Column, TableRow
from asplab.gui.words.systematic import NONE, arms

if TYPE_CHECKING:
    from asplab.core.polaron.comparison import Comparison, ModelFit
    from asplab.core.systematics import ModelSystematics

COLUMNS = (
    Column(tr("Model"), "", tr("Tick a model to compare it; click its row to bring it to the front")),
    Column("k", "", tr("Parameters, the scale or scales among them"), is_spare=True, rank=3),
    Column("χ²/dof", "", tr("Misfit with the full covariance of η"), is_spare=True, rank=2),
    Column("AICc", "", tr("χ² + 2k, corrected for small samples; lower is better"), is_spare=True, rank=3),
    Column("ΔAICc", "", tr("AICc above that of the best model")),
    Column("weight", "", tr("Akaike weight: share of the evidence among the models compared")),
    Column("g", "meV", tr("Electron-phonon coupling, first-order error"), is_spare=True),
    Column("syst.", "", tr("Systematic error of g in meV"), is_spare=True, rank=1),
    Column("ħω", "meV", tr("Phonon energy, first-order error")),
    Column("syst.", "", tr("Systematic error of ħω in meV"), is_spare=True),
    Column("E<sub>p</sub>", "meV", tr("Polaron energy g²/ħω; better determined than g or ħω alone")),
    Column("syst.", "", tr("Systematic error of the polaron energy in meV"), is_spare=True, rank=1),
)
WIDTH, SHARPEST_MEV = "inhomogeneous_mev", 0.1
"""Spread of the gaps, and where it is as good as none."""
SAMPLE = (WIDTH, "temperature_offset_k")
"""Parameters of the sample, of every model once they are free."""
MODEL_NAMES = tuple(MODELS)
_NOTHING, _SHARP = "—", 1.001
_UNDETERMINED = "undetermined"
_FIRST = ("With ", "Systematic ")
_SENTENCE = re.compile(r"(?<=\.) (?=With |Models without |Systematic )")


def model_color(model: str, compared: tuple[str, ...]) -> str:
    """Return the colour name of a model among those compared."""
    return detuning_spec(compared.index(model)) if model in compared else "muted"


def columns_of(compared: Compared | None) -> tuple[Column, ...]:
    """Return the columns of the table; parameters of the sample have one where some fit has them."""
    return (*COLUMNS, *(_sample_column(name) for name in _sample_of(compared)))


def _sample_of(compared: Compared | None) -> tuple[str, ...]:
    fits = () if compared is None or compared.comparison is None else compared.comparison.fits
    return tuple(name for name in SAMPLE if any(name in fit.names or name in fit.plan.fixed for fit in fits))


def _sample_column(name: str) -> Column:
    one = QUANTITIES[name]
    tip = tr("{upper}{title}, fitted with its range or prior", upper=one.title[0].upper(), title=one.title[1:])
    return Column(one.symbol, one.numeric.unit, tip, is_spare=True, rank=-1)


def model_rows(
    chosen: tuple[str, ...],
    compared: Compared | None,
    row: int | None,
    *,
    is_stale: bool,
    systematics: "Sequence[ModelSystematics]" = (),
) -> list[TableRow]:
    """Return one row for each known model.

    Parameters
    ----------
    chosen : tuple of str
        Models that are ticked now.
    compared : Compared, optional
        The latest comparison, of earlier settings where ``is_stale``.
    row : int, optional
        Which fit of the comparison is told: index of the temperature, or of the joint fit.
    systematics : sequence of ModelSystematics
        Of the same comparison; empty while they are not known.
    """
    errors = {one.model: one for one in systematics}
    comparison, sample = (None if compared is None else compared.comparison), _sample_of(compared)
    refused = {} if compared is None else dict(compared.refused)
    rows = []
    for name, model in MODELS.items():
        color = model_color(name, chosen) if name in chosen else ""
        if name not in chosen:
            rows.append(_bare(model, model.valid, color, is_checked=False))
        elif name in refused:
            rows.append(_bare(model, f"! {refused[name]}", color, is_checked=True))
        elif comparison is None or row is None or name not in comparison.models:
            rows.append(_bare(model, tr("not compared yet"), color, is_checked=True))
        else:
            place = comparison.models.index(name)
            told = _row(model, comparison, errors.get(name), place, row, color, is_stale=is_stale)
            fit = comparison.fits[place]
            extra = () if told.words else tuple(_sample_parameter(fit, one, row) for one in sample)
            rows.append(replace(told, cells=(*told.cells, *extra)))
    count = len(COLUMNS) + len(sample)
    return [replace(one, cells=(*one.cells, *("",) * (count - len(one.cells)))) for one in rows]


def _bare(model: RateModel, words: str, color: str, *, is_checked: bool) -> TableRow:
    cells = (model.title, *("",) * (len(COLUMNS) - 1))
    return TableRow(cells, color, is_muted=True, tip=model_tip(model, words), checked=is_checked, words=words)


def _systematic(errors: "ModelSystematics | None", quantity: str, row: int) -> str:
    if errors is None or quantity not in errors.quantities:
        return ""
    minus, plus = errors.error(quantity, row)
    return arms(plus, minus)


def systematic_words(errors: "ModelSystematics", fit: "ModelFit", row: int) -> str:
    """Return the systematic error of ħω of one fit and what most of it comes from; empty where there is none."""
    told = _systematic(errors, "phonon_mev", row)
    if told in ("", NONE) or _parameter(fit, "phonon_mev", row) == _UNDETERMINED:
        return ""
    shares = [(name, share) for name, share in errors.shares("phonon_mev", row) if share > 0.0]
    most = (
        tr(
            ", {shares} % of it from {get}",
            shares=plain(100.0 * shares[0][1], 0),
            get=EFFECTS.get(shares[0][0], shares[0][0]),
        )
        if shares
        else ""
    )
    return tr("Systematic error of ħω: {told} meV{most}.", told=told, most=most)


def _row(
    model: RateModel,
    comparison: "Comparison",
    errors: "ModelSystematics | None",
    i: int,
    row: int,
    color: str,
    *,
    is_stale: bool,
) -> TableRow:
    fit, dof = comparison.fits[i], int(comparison.dof[i, row])
    if not math.isfinite(comparison.chi2[i, row]):
        return _bare(model, comparison.reasons[i][row] or tr("not fitted"), color, is_checked=True)
    told = (_parameter(fit, "g_mev", row), _parameter(fit, "phonon_mev", row), _energy(fit, row))
    beside = [
        "" if cell == _UNDETERMINED else _systematic(errors, quantity, row)
        for cell, quantity in zip(told, ("g_mev", "phonon_mev", "polaron_energy_mev"), strict=True)
    ]
    cells = (
        model.title,
        str(int(comparison.n_parameters[i, row])),
        plain(comparison.chi2[i, row] / dof, 2) if dof > 0 else _NOTHING,
        _number(comparison.aicc[i, row], 1),
        _number(comparison.delta_aicc[i, row], 1),
        _weight(comparison.weight[i, row]),
        *(cell for pair in zip(told, beside, strict=True) for cell in pair),
    )
    return TableRow(cells, color, is_muted=is_stale, tip=model_tip(model, comparison.reasons[i][row]), checked=True)


def model_tip(model: RateModel, more: str = "") -> str:
    """Return equation, validity and source of a model as plain text."""
    lines = [
        f"{model.title} ({model.name})",
        tr("ln w = {equation}", equation=model.equation),
        tr("Holds: {valid}", valid=model.valid),
        model.reference,
    ]
    return "\n".join(lines if not more or more == model.valid else [*lines, more])


def _parameter(fit: "ModelFit", name: str, row: int) -> str:
    if name in fit.plan.fixed:
        return tr("{fixed} fixed", fixed=plain(fit.plan.fixed[name], 1))
    if name not in fit.names:
        return _NOTHING
    value, error = float(fit.value(name)[row]), float(fit.error(name)[row])
    if bool(fit.at_bound[row, fit.names.index(name)]):
        return tr("{value} at bound", value=plain(value, 1))
    return _told(value, error)


def _sample_parameter(fit: "ModelFit", name: str, row: int) -> str:
    """Return a parameter of the sample, which may well be 0 or below."""
    decimals = QUANTITIES[name].numeric.decimals
    if name in fit.plan.fixed:
        return tr("{fixed} fixed", fixed=plain(fit.plan.fixed[name], 1))
    value = float(fit.value(name)[row]) if name in fit.names else math.nan
    if not math.isfinite(value):
        return _NOTHING
    if name == WIDTH and value <= _SHARP * SHARPEST_MEV:
        return tr("single gap")
    error = float(fit.error(name)[row])
    if bool(fit.at_bound[row, fit.names.index(name)]) or not error > 0:
        return tr("{value} at bound", value=plain(value, 1))
    return measured(Estimate(value, error)) if math.isfinite(error) else plain(value, decimals)


def _energy(fit: "ModelFit", row: int) -> str:
    value, error = float(fit.polaron_energy_mev[row]), float(fit.polaron_energy_error_mev[row])
    return _told(value, error) if error > 0 else _NOTHING


def _told(value: float, error: float) -> str:
    """Return a positive parameter with its error; one that is not told from zero is no number."""
    if not math.isfinite(value):
        return _NOTHING
    return _UNDETERMINED if error > value else measured(Estimate(value, error))


def prior_lines(compared: Compared | None, model: str, row: int | None) -> list[str]:
    """Return what each prior says that took part in a fit, where it comes from, and how far the fit ended from it."""
    comparison = None if compared is None else compared.comparison
    if comparison is None or row is None or model not in comparison.models:
        return []
    lines = []
    for one in comparison.fits[comparison.models.index(model)].priors:
        prior, pull = one.prior, float(one.pull[row])
        known = QUANTITIES.get(prior.parameter)
        symbol, unit = (prior.parameter, "") if known is None else (known.symbol, known.numeric.unit)
        value = measured(Estimate(prior.value, prior.error))
        told = (
            tr("pull {value}{pull} σ", value="+" if pull >= 0 else "", pull=plain(pull, 1))
            if math.isfinite(pull)
            else tr("no fit here")
        )
        source = f" · {escape(prior.source)}" if prior.source else ""
        lines.append(f"{symbol} = {value} {unit}".rstrip() + f": {told}{source}")
    return lines


def paragraphs(words: str) -> str:
    """Return a verdict as rich text: what the data determine comes first, then how the models rank."""
    parts = _SENTENCE.split(escape(words.strip()))
    return unbroken("<br><br>".join(sorted(parts, key=lambda part: not part.startswith(_FIRST))))


def _weight(value: float) -> str:
    if not math.isfinite(value):
        return _NOTHING
    return "< 0.001" if value < 1e-3 else plain(value, 3)


def _number(value: float, decimals: int) -> str:
    return plain(value, decimals) if math.isfinite(value) else _NOTHING


def best_model(compared: Compared | None, row: int | None) -> str:
    """Return the model with the largest weight of a row, empty where there is none."""
    comparison = None if compared is None else compared.comparison
    if comparison is None or row is None:
        return ""
    weights = [weight if math.isfinite(weight) else -1.0 for weight in comparison.weight[:, row]]
    best = max(range(len(weights)), key=weights.__getitem__)
    return comparison.models[best] if weights[best] >= 0 else ""
