"""Where what a setting does comes from."""

from asplab.gui.language import tr

PAPER = tr("Zhang et al., ACS Nano 18, 6438 (2024)")
HEAT_BALANCE = tr("{paper}, Eqs. 1-5", paper=PAPER)
DETUNING = tr("{paper}: ΔE counts from the emission", paper=PAPER)
EQ_9 = f"{PAPER}, Eq. 9"
LAKOWICZ = tr("Lakowicz, Principles of Fluorescence Spectroscopy, 3rd ed. (2006), Eq. 2.6")
CIDDOR = tr("Ciddor, Appl. Opt. 35, 1566 (1996), Eq. 1")
EFRON = tr("Tweedie's formula: Efron, J. Am. Stat. Assoc. 106, 1602 (2011)")
MATCHING = tr("Deming, Statistical Adjustment of Data (1943); York et al., Am. J. Phys. 72, 367 (2004)")
NIST = tr("lines of the NIST Atomic Spectra Database")
URBACH = tr("exponential tail: Urbach, Phys. Rev. 92, 1324 (1953)")
HUANG_RHYS = tr("Huang and Rhys, Proc. R. Soc. A 204, 406 (1950)")
AICC = tr("Hurvich and Tsai, Biometrika 76, 297 (1989)")
GAUSSIAN_BEAM = tr("photon flux at the centre of a Gaussian beam")
POISSON = tr("mean of a Poisson process; Gaussian beam")
KENNARD = tr("Kennard, Phys. Rev. 11, 29 (1918); Stepanov, Dokl. Akad. Nauk SSSR 112, 839 (1957)")
ROOSBROECK = tr("van Roosbroeck and Shockley, Phys. Rev. 94, 1558 (1954)")
DE_MELLO = tr("de Mello, Wittmann and Friend, Adv. Mater. 9, 230 (1997)")
REABSORPTION = tr("Ahn et al., Rev. Sci. Instrum. 78, 086105 (2007)")
RAYLEIGH = tr("Rayleigh scattering; a reflection has no exponent")
RISE = tr("{paper}, Table S5, with the whole rate of the state that is left", paper=PAPER)
FREEDMAN = tr("Freedman and Diaconis, Z. Wahrscheinlichkeitstheorie 57, 453 (1981)")
DEFINITION = tr("definition of the quantity that is told")
BAYES = tr("normal prior, as in any least squares with prior knowledge (Bayes)")
OWN = tr("a choice of this program; reasons and tests are on the page below")
PRIOR = tr("an effect that no repeat shows; the page below says where the default comes from")
