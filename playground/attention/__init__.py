"""Attention: everything its page shows, one module for each view."""

from playground.attention.heads import HeadFigures, head_figures
from playground.attention.map_cache import shared as shared_maps
from playground.attention.rollout import FLOW_TOKENS, flow, rollout
from playground.attention.steps import Step, step
from playground.attention.switches import (
    Direction,
    Special,
    Switches,
    Unit,
    Units,
    View,
    square,
    view,
)
from playground.attention.text import AttentionMap, attend
from playground.text.tokens import Token

__all__ = [
    "FLOW_TOKENS",
    "AttentionMap",
    "Direction",
    "HeadFigures",
    "Special",
    "Step",
    "Switches",
    "Token",
    "Unit",
    "Units",
    "View",
    "attend",
    "flow",
    "head_figures",
    "rollout",
    "shared_maps",
    "square",
    "step",
    "view",
]
