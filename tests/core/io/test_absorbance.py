"""A transmission is never taken for an absorbance."""

from pathlib import Path

import numpy as np
import pytest

from asplab import core
from asplab.core.errors import AsplabError
from asplab.core.experiment import Condition, Experiment
from asplab.core.io import read_bytes
from asplab.core.io.records import Loaded, Origin, read_record

WAVELENGTH_NM = np.arange(380.0, 620.0, 0.5)


def absorbance(*, thickness: float = 1.0, background: float = 0.02) -> np.ndarray:
    """Return an exciton on a step, with noise."""
    edge = 1.0 / (1.0 + np.exp((WAVELENGTH_NM - 500.0) / 3.0))
    exciton = 0.6 * np.exp(-0.5 * ((WAVELENGTH_NM - 503.0) / 7.0) ** 2)
    noise = np.random.default_rng(2).normal(0.0, 1e-3, WAVELENGTH_NM.size)
    return thickness * 0.3 * (edge + exciton) + background + noise


def experiment(folder: Path, header: str, values: np.ndarray, kind: str = "absorption") -> Experiment:
    rows = [f"{nm:.1f},{value:.6f}" for nm, value in zip(WAVELENGTH_NM, values, strict=True)]
    (folder / "film.csv").write_text("\n".join([*([header] if header else []), *rows]) + "\n", encoding="utf-8")
    (folder / "manifest.csv").write_text(f"file,kind,temperature_k\nfilm.csv,{kind},250\n", encoding="utf-8")
    return core.load_experiment(folder)


def absorption(text: str) -> Loaded:
    return read_record(read_bytes(text.encode(), "film.csv"), Origin("absorption", "film.csv", 2, Condition(), ()))


@pytest.mark.parametrize("name", ["transmittance", "transmission (%)", "%T", "T", "percent_transmission"])
def test_a_column_named_as_a_transmission_is_refused_with_what_to_do(name: str) -> None:
    text = f"wavelength_nm,{name}\n" + "".join(f"{400 + k},{8 - 0.1 * k}\n" for k in range(30))
    with pytest.raises(AsplabError, match=r"holds a transmission, but the kind is absorption.*log10"):
        absorption(text)


@pytest.mark.parametrize("scale", [1.0, 100.0])
@pytest.mark.parametrize("thickness", [0.15, 1.0, 6.0])
def test_what_looks_like_a_transmission_is_no_absorption(tmp_path: Path, scale: float, thickness: float) -> None:
    loaded = experiment(tmp_path, "", scale * 10.0 ** -absorbance(thickness=thickness))
    assert loaded.curves == ()
    (problem,) = [p for p in loaded.problems if "looks like a transmission" in p.message]
    assert problem.severity == "error"
    assert "film.csv" in problem.where


@pytest.mark.parametrize(
    "values",
    [
        *(absorbance(thickness=thickness) for thickness in (0.02, 0.15, 1.0, 6.0)),
        absorbance(background=0.4),
        np.full(WAVELENGTH_NM.size, 0.5),
        np.random.default_rng(1).normal(0.4, 0.1, WAVELENGTH_NM.size).clip(0.0, 1.0),
        absorbance()[::-1].clip(0.0, 0.2),
        0.9 * np.exp(-0.5 * ((WAVELENGTH_NM - 612.0) / 20.0) ** 2),
    ],
    ids=["faint", "thin", "usual", "thick", "scattering", "flat", "noise", "low and rising", "maximum at the red end"],
)
def test_what_may_be_an_absorbance_is_kept(tmp_path: Path, values: np.ndarray) -> None:
    assert [one.source for one in experiment(tmp_path, "", values).curves] == ["film.csv"]


def test_values_beyond_any_optical_density_are_refused(tmp_path: Path) -> None:
    loaded = experiment(tmp_path, "wavelength_nm,absorbance", 100.0 * absorbance())
    assert loaded.curves == ()
    assert any("beyond any that can be measured (10)" in p.message for p in loaded.problems)


@pytest.mark.parametrize("kind", ["filter", "response"])
def test_filters_and_responses_may_be_transmissions(tmp_path: Path, kind: str) -> None:
    loaded = experiment(tmp_path, "wavelength_nm,transmission", 10.0 ** -absorbance(), kind)
    assert [one.kind for one in loaded.curves] == [kind]
