"""What a trained model is worth, on examples that it has not learned from."""

from playground.fine_tuning.evaluation.evaluate import evaluate, evaluate_masked
from playground.fine_tuning.evaluation.predictions import (
    MaskedScores,
    PredictedSpan,
    Predictions,
)
from playground.fine_tuning.evaluation.report import Report

__all__ = [
    "MaskedScores",
    "PredictedSpan",
    "Predictions",
    "Report",
    "evaluate",
    "evaluate_masked",
]
