"""Mask filling: everything its page shows, one module for each view."""

from playground.mask_filling.compare import ComparedGuess, Comparison, compare
from playground.mask_filling.fill import Filling, Guess, fill
from playground.mask_filling.joint import JointFilling, JointFillings, Order, fill_jointly
from playground.mask_filling.layers import LayerGuesses, LogitLens, logit_lens
from playground.mask_filling.positions import PositionGuesses, predict_everywhere
from playground.mask_filling.pretraining import Choice, SimulatedToken, Simulation, simulate
from playground.mask_filling.targets import TargetScore, compare_targets
from playground.mask_filling.text import MaskedText, Token, filled_sentence, mask_word, read

__all__ = [
    "Choice",
    "ComparedGuess",
    "Comparison",
    "Filling",
    "Guess",
    "JointFilling",
    "JointFillings",
    "LayerGuesses",
    "LogitLens",
    "MaskedText",
    "Order",
    "PositionGuesses",
    "SimulatedToken",
    "Simulation",
    "TargetScore",
    "Token",
    "compare",
    "compare_targets",
    "fill",
    "fill_jointly",
    "filled_sentence",
    "logit_lens",
    "mask_word",
    "predict_everywhere",
    "read",
    "simulate",
]
