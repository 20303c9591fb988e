"""Whether the model is right as often as it says."""

import streamlit as st

from pages.shared import results
from pages.shared.escape import literal
from playground.fine_tuning.evaluation.report import PartReport
from playground.plots import evaluation as plots

NAMES = ("As computed", "With temperature")


def show(part: PartReport, key: str) -> None:
    """Show the reliability diagram and the calibration error, before and after a temperature."""
    found = dict(zip(NAMES, part.reliability, strict=False))
    if not found:
        st.caption("The model found nothing, so there is no confidence to judge.")
        return
    errors = {name: f"{100 * one.error:.1f} %" for name, one in found.items()}
    results.figure(
        plots.reliability(found),
        key=f"reliability_{key}",
        alt="How often answers are right against how sure the model is; calibration error "
        + ", ".join(f"{name.lower()} {error}" for name, error in errors.items()),
    )
    for name, one in found.items():
        st.markdown(f"**{name}**: expected calibration error {errors[name]}. {literal(one.about)}")
    st.caption(
        "The error is the mean gap between how sure the model is and how often it is right, over "
        "15 bins (Guo et al., 2017, [arXiv:1706.04599](https://arxiv.org/abs/1706.04599)). Few "
        "examples make it look larger than it is."
    )
