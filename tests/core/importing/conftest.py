"""Tables that several tests of the import edit."""

import pytest
from importing_samples import frames, spectrum, table

from asplab.core.importing.table import ImportTable


@pytest.fixture
def plain(tmp_path) -> ImportTable:
    """Four spectra, one of them at odds with its header."""
    return table(
        tmp_path,
        T080__pl_exc450nm_rep1=spectrum(seed=1),
        T080__pl_exc450nm_rep2=spectrum(seed=2, header="# Excitation wavelength (nm): 405\n"),
        T080__aspl_exc535nm_rep1=spectrum(seed=3, header="# Exposure Time (secs): 0.1\n"),
        film=spectrum(seed=4),
    )


@pytest.fixture
def kinetic(tmp_path) -> ImportTable:
    """A file of three frames beside a spectrum."""
    return table(tmp_path, pl_80K_450nm=frames(3), pl_90K_450nm=spectrum())
