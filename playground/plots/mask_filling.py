"""Figures of the Mask filling page."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from playground.mask_filling import (
    Choice,
    Comparison,
    Guess,
    LogitLens,
    PositionGuesses,
    SimulatedToken,
    Simulation,
    TargetScore,
    Token,
)
from playground.plots.template import (
    BAR_HEIGHT,
    BLUE,
    GRAY,
    GREEN,
    GRID,
    LEGEND,
    ORANGE,
    figure,
    grid,
    literal,
    named_rows,
    percent,
    probability_bars,
    shortened,
    ticks,
)

TOKENS_A_ROW = 5  # readable on a phone
CHOICE_COLORS = {Choice.MASKED: BLUE, Choice.REPLACED: ORANGE, Choice.KEPT: GREEN}


def bars(guesses: Sequence[Guess]) -> go.Figure:
    """Return one horizontal bar a guess, the most probable on top, as long as its probability."""
    return probability_bars(
        [literal(guess_name(guess)) for guess in guesses], [guess.probability for guess in guesses]
    )


def targets(scores: Sequence[TargetScore]) -> go.Figure:
    """Return one horizontal bar a compared word, in the order given."""
    return probability_bars(
        [literal(score.word) for score in scores], [score.probability for score in scores]
    )


def layers(lens: LogitLens) -> go.Figure:
    """Return the guesses of every layer, one row a layer, the input embeddings on top.

    A cell is shaded by its guess's probability. The last column follows the word that the whole
    model puts first through all layers.
    """
    rows = lens.layers
    final_word = guess_name(rows[-1].guesses[0])
    values = np.array([[*(g.probability for g in r.guesses), r.final_probability] for r in rows])
    labels = [
        [*(shortened(guess_name(g)) for g in row.guesses), percent(row.final_probability)]
        for row in rows
    ]
    hover = [
        [
            *(_line(layer_name(row.layer), g) for g in row.guesses),
            f"{layer_name(row.layer)}: {literal(final_word)} {percent(row.final_probability)}",
        ]
        for row in rows
    ]
    ranks = [f"{rank}." for rank in range(1, len(rows[0].guesses) + 1)]
    return grid(
        values,
        labels,
        np.array(hover, dtype=object),
        xaxis={**ticks([*ranks, f"<b>{shortened(final_word)}</b>"]), "side": "top"},
        yaxis=ticks([layer_name(row.layer) for row in rows]),
    )


def token_name(token: Token) -> str:
    """Return a token as figures and tables call it: a leading dot says that it continues a word."""
    return f"·{token.text}" if token.continues_word else token.text


def guess_name(guess: Guess) -> str:
    """Return a guess as figures and tables call it, like ``token_name``."""
    return guess.token if guess.starts_word else f"·{guess.token}"


def layer_name(layer: int) -> str:
    """Return how a layer is called; layer 0 is what enters the first one."""
    return f"Layer {layer}" if layer else "Embeddings"


def positions(found: Sequence[PositionGuesses]) -> go.Figure:
    """Return the text as a grid of tokens, shaded by the probability the model gives each.

    Hovering a token shows what the model would have put there.
    """
    hover = [
        f"<b>{literal(token_name(place.token))}</b>: {percent(place.probability)}"
        + "".join(f"<br>{literal(guess_name(g))} {percent(g.probability)}" for g in place.guesses)
        for place in found
    ]
    return _token_grid(
        [token_name(place.token) for place in found], [place.probability for place in found], hover
    )


def simulation(simulated: Simulation) -> go.Figure:
    """Return what the model gets to see as a grid of tokens; the chosen ones are outlined.

    Blue outlines a masked token, orange one replaced at random, green one left as it was. The
    shade of a chosen token is the probability that the model gives the original.
    """
    tokens = [token for token in simulated.tokens if not token.token.special]
    return _token_grid(
        [token.shown if token.choice else token_name(token.token) for token in tokens],
        [token.probability or 0.0 for token in tokens],
        [_treatment(token) for token in tokens],
        shapes=[
            _outline(place, token.choice) for place, token in enumerate(tokens) if token.choice
        ],
    )


def _outline(place: int, choice: Choice) -> dict[str, Any]:
    row, column = divmod(place, TOKENS_A_ROW)
    return {
        "type": "rect",
        "x0": column - 0.47,
        "x1": column + 0.47,
        "y0": row - 0.44,
        "y1": row + 0.44,
        "line": {"color": CHOICE_COLORS[choice], "width": 2},
    }


def comparison(compared: Comparison, *, shown: int = 12) -> go.Figure:
    """Return the words whose probability differs most between two sentences, one row a word.

    A blue dot is the probability in the first sentence, an orange diamond that in the second.
    """
    rows = compared.rows[:shown]
    places = list(range(len(rows)))
    lines = [
        go.Scatter(
            x=[row.first, row.second],
            y=[place, place],
            mode="lines",
            line={"color": GRAY, "width": 2},
            hoverinfo="skip",
            showlegend=False,
        )
        for place, row in enumerate(rows)
    ]
    ends = [
        go.Scatter(
            x=probabilities,
            y=places,
            mode="markers",
            name=name,
            marker={"color": color, "symbol": symbol, "size": 12},
            hovertemplate="%{y}: %{x:.2%}<extra></extra>",
        )
        for name, color, symbol, probabilities in (
            ("First sentence", BLUE, "circle", [row.first for row in rows]),
            ("Second sentence", ORANGE, "diamond", [row.second for row in rows]),
        )
    ]
    return figure(
        *lines,
        *ends,
        height=BAR_HEIGHT * len(rows) + 90,
        showlegend=True,
        legend=LEGEND,
        xaxis={"tickformat": ".0%", "rangemode": "tozero", "gridcolor": GRID},
        yaxis=named_rows([literal(row.token) for row in rows]),
    )


def _token_grid(
    texts: Sequence[str], values: Sequence[float], hover: Sequence[str], **layout: Any
) -> go.Figure:
    """Lay tokens out in rows, like a text."""
    rows = -(-len(texts) // TOKENS_A_ROW)
    padding = rows * TOKENS_A_ROW - len(texts)
    shape = rows, TOKENS_A_ROW
    labels = np.array([*map(shortened, texts), *[""] * padding], dtype=object).reshape(shape)
    return grid(
        np.array([*values, *[np.nan] * padding], dtype=float).reshape(shape),
        labels.tolist(),
        np.array([*hover, *[""] * padding], dtype=object).reshape(shape),
        xaxis={"visible": False},
        yaxis={"visible": False},
        **layout,
    )


def _treatment(token: SimulatedToken) -> str:
    """Say what happened to one token of a simulation, as hover text."""
    original = f"<b>{literal(token_name(token.token))}</b>"
    if token.choice is None or token.guess is None or token.probability is None:
        return original
    return (
        f"{original}: {token.choice.value}<br>shown: {literal(token.shown)}"
        f"<br>guessed: {literal(guess_name(token.guess))}"
        f"<br>{percent(token.probability)} for the original"
    )


def _line(where: str, guess: Guess) -> str:
    return f"{where}: {literal(guess_name(guess))} {percent(guess.probability)}"
