"""Simulated contests: can the data of this experiment tell one explanation of η from another?"""

from asplab.core.arena.contest import run_arena
from asplab.core.arena.hypotheses import Hypothesis, default_hypotheses
from asplab.core.arena.records import Arena, ArenaRecord, BestMeasurement, FittedHypothesis

__all__ = [
    "Arena",
    "ArenaRecord",
    "BestMeasurement",
    "FittedHypothesis",
    "Hypothesis",
    "default_hypotheses",
    "run_arena",
]
