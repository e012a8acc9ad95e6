"""All rate models by name."""

from types import MappingProxyType

from asplab.core.polaron.rates import arrhenius, kramers_heisenberg, multimode, single_mode, thermal
from asplab.core.polaron.rates.records import Parameter, RateModel

_INFINITY = float("inf")

TEMPERATURE = Parameter("temperature_k", "T", "K", "temperature of the lattice")
PARAMETERS = MappingProxyType(
    {
        parameter.name: parameter
        for parameter in (
            Parameter("g_mev", "g", "meV", "electron-phonon coupling; S = (g/ħω)²"),
            Parameter("phonon_mev", "ħω", "meV", "phonon energy"),
            Parameter("broadening_mev", "ζ", "meV", "broadening of the intermediate level"),
            Parameter("slope_per_mev", "k", "1/meV", "decay of the rate with ΔE", low=-_INFINITY),
            Parameter("urbach_mev", "E_U", "meV", "Urbach energy of the crystals' absorption"),
            Parameter(
                "background_urbach_mev",
                "E_b",
                "meV",
                "Urbach energy of absorption that does not convert; infinite for a flat one",
                high_included=True,
            ),
        )
    }
)
INHOMOGENEOUS = Parameter(
    "inhomogeneous_mev", "σ", "meV", "standard deviation of the ensemble's gaps", low_included=True
)

_BELOW_GAP = Parameter("detuning_mev", "ΔE", "meV", "gap minus photon energy")
_AT_GAP_TOO = Parameter("detuning_mev", "ΔE", "meV", "gap minus photon energy", low_included=True)
_COUPLING = ("g_mev", "phonon_mev")

_ALL = (
    RateModel(
        name="eq9",
        title="Eq. 9 as printed",
        equation="−ΔE/kT − ½ ln ΔE + (ΔE/ħω)[1 − ln(ΔE ħω/g²)]",
        parameters=_COUPLING,
        detuning=_BELOW_GAP,
        valid="ΔE > 0; Stirling's formula, 10 % too large at N = 0.9, 1 % at N = 8; factors constant in ΔE left out",
        reference="Zhang 2024, Eq. 9",
        single_gap=single_mode.eq9,
    ),
    RateModel(
        name="resonant",
        title="Resonant level, exact",
        equation="−ΔE/kT + ln(1 − e^(−ħω/kT)) − 2S + N ln S − ln Γ(N+1) − 2 ln ζ − ln ħω",
        parameters=(*_COUPLING, "broadening_mev"),
        detuning=_AT_GAP_TOO,
        valid="ΔE ≥ 0; ζ far below ħω/|C_N|, which is a few µeV where N ≪ S",
        reference="Zhang 2024, Eq. 8, term n = 0",
        single_gap=single_mode.resonant,
    ),
    RateModel(
        name="kramers-heisenberg",
        title="All intermediate levels",
        equation="resonant + ln |A_N/A_res|², A_N = Σₙ ⟨N|ñ⟩⟨ñ|0⟩/(n ħω + iζ)",
        parameters=(*_COUPLING, "broadening_mev"),
        detuning=_AT_GAP_TOO,
        valid="ΔE ≥ 0, S ≤ 500, 0 < ζ ≤ 20 ħω; final state without phonons",
        reference="Zhang 2024, Eq. 8",
        single_gap=kramers_heisenberg.kramers_heisenberg,
    ),
    RateModel(
        name="thermal",
        title="Thermal Huang-Rhys",
        equation="−ΔE/2kT − S coth(ħω/2kT) + ln I_N(S/sinh(ħω/2kT)) − ln ħω",
        parameters=_COUPLING,
        detuning=_AT_GAP_TOO,
        valid="ΔE ≥ 0; sharp final levels; falls at least as e^(−ΔE/2kT) for a single gap",
        reference="Huang & Rhys 1950; Pekar 1950",
        single_gap=thermal.thermal,
        releases_too=True,
    ),
    RateModel(
        name="multimode",
        title="Several modes, lowest level",
        equation="−E/kT + Σ ln(1 − e^(−ħωⱼ/kT)) + ln F(E) − Σ Sⱼ − 2 ln ζ at the lines E = Σ Nⱼ ħωⱼ",
        parameters=(*_COUPLING, "broadening_mev"),
        detuning=_AT_GAP_TOO,
        valid="ΔE ≥ 0, σ > 0, phonon energies on a lattice of 0.01 meV; the limit of resonant for several modes",
        reference="Zhang 2024, Eq. 8, several modes; Panjer 1981",
        lines=multimode.vacuum_lines,
    ),
    RateModel(
        name="multimode-thermal",
        title="Several modes, thermal",
        equation="ln of the convolution over j of e^(−Nħωⱼ/2kT) e^(−Sⱼ coth(ħωⱼ/2kT)) I_|N|(Sⱼ/sinh(ħωⱼ/2kT))",
        parameters=_COUPLING,
        detuning=_AT_GAP_TOO,
        valid="ΔE ≥ 0, σ > 0, phonon energies on a lattice of 0.01 meV",
        reference="Huang & Rhys 1950; Pekar 1950, several modes",
        lines=multimode.thermal_lines,
        releases_too=True,
    ),
    RateModel(
        name="arrhenius",
        title="Arrhenius, odds",
        equation="−ΔE/kT",
        parameters=(),
        detuning=_AT_GAP_TOO,
        valid="ΔE ≥ 0; logit η = c − ΔE/kT",
        reference="Arrhenius 1889",
        single_gap=arrhenius.boltzmann,
    ),
    RateModel(
        name="arrhenius-ratio",
        title="Arrhenius, η itself",
        equation="−ΔE/kT",
        parameters=(),
        detuning=_AT_GAP_TOO,
        valid="ΔE ≥ 0 and η ≪ 1; η = C e^(−ΔE/kT), which can exceed 1",
        reference="Arrhenius 1889",
        link="ratio",
        single_gap=arrhenius.boltzmann,
    ),
    RateModel(
        name="exponential",
        title="Straight logit line",
        equation="−k ΔE",
        parameters=("slope_per_mev",),
        detuning=_AT_GAP_TOO,
        valid="ΔE ≥ 0, one temperature; logit η = c − k ΔE",
        reference="empirical",
        single_gap=arrhenius.exponential,
    ),
    RateModel(
        name="exponential-ratio",
        title="Exponential, η itself",
        equation="−k ΔE",
        parameters=("slope_per_mev",),
        detuning=_AT_GAP_TOO,
        valid="ΔE ≥ 0, one temperature and η ≪ 1; η = C e^(−k ΔE), which can exceed 1",
        reference="empirical",
        link="ratio",
        single_gap=arrhenius.exponential,
    ),
    RateModel(
        name="parasitic",
        title="Parasitic absorption",
        equation="−ΔE (1/E_U − 1/E_b)",
        parameters=("urbach_mev", "background_urbach_mev"),
        detuning=_AT_GAP_TOO,
        valid="ΔE ≥ 0 in the exponential tails; Urbach energies are those of one temperature",
        reference="Urbach 1953",
        single_gap=arrhenius.parasitic,
    ),
)

MODELS = MappingProxyType({model.name: model for model in _ALL})
