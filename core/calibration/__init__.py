"""Wavelengths from lines: of a lamp for the axis of the spectrometer, of the laser for the excitation."""

from asplab.core.calibration.axis import AxisCorrection as AxisCorrection
from asplab.core.calibration.lasers import MeasuredLaser as MeasuredLaser
from asplab.core.calibration.stage import Calibration as Calibration
from asplab.core.calibration.stage import calibrate as calibrate
