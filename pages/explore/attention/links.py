"""Lines between two copies of the text."""

from functools import partial

import streamlit as st

from pages.explore.attention import downloads, inputs
from pages.shared.attention_links import attention_links
from pages.shared.views import View
from playground import attention
from playground.attention import AttentionMap, Switches, arrays, export, links, links_html, scripts

AT_ONCE = len(links_html.PALETTE)  # heads; each has a colour of its own


def show(attended: AttentionMap, switches: Switches) -> None:
    """Show the strongest links of the chosen heads; a picked token keeps only its own."""
    layers, heads = inputs.layers_and_heads(attended.layers, attended.heads)
    layer, shown_heads = layers[0], heads[:AT_ONCE]
    if len(layers) > 1 or len(heads) > AT_ONCE:
        st.info(
            f"Shown: layer {layer + 1}, heads {', '.join(str(head + 1) for head in shown_heads)}. "
            f"This view takes one layer and up to {AT_ONCE} heads at once.",
            icon=":material/info:",
        )
    units, weights = attention.square(
        attention.view(attended, attended.weights[layer, shown_heads], switches)
    )
    drawn = [
        links.HeadLinks(name=f"Head {head + 1}", number=head, links=links.strongest(part, 1))
        for head, part in zip(shown_heads, weights, strict=True)
    ]
    names = [unit.text for unit in units]
    picked = attention_links(names, drawn, key="attention_links")
    if picked is not None:
        st.caption(f"Links of “{names[picked]}” alone. Press Escape, or click it again, for all.")
    title = f"Attention, layer {layer + 1}"
    downloads.offer(
        "links",
        rows=partial(export.drawn, units, drawn, layer),
        named=partial(arrays.links, units, drawn, layer),
        html=partial(links_html.export_html, names, drawn, title),
        has_figure=False,
    )
    downloads.table(partial(export.drawn, units, drawn, layer, export.TABLE_ROWS), "links")
    downloads.code(scripts.links(attended.texts, layer=layer, heads=shown_heads, switches=switches))


VIEW = View(
    title="Links",
    about="Who attends to whom, left to right. Click a token, or use arrow keys and Enter.",
    fields=(inputs.LAYERS, inputs.HEADS),
    show=show,
)
