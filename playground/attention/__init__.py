"""Attention: everything its page shows, one module for each view."""

from playground.attention.heads import HeadFigures, head_figures
from playground.attention.map_cache import shared as shared_maps
from playground.attention.switches import Direction, Special, Switches, Unit, Units, View, view
from playground.attention.text import AttentionMap, Token, attend

__all__ = [
    "AttentionMap",
    "Direction",
    "HeadFigures",
    "Special",
    "Switches",
    "Token",
    "Unit",
    "Units",
    "View",
    "attend",
    "head_figures",
    "shared_maps",
    "view",
]
