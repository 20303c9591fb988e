"""The switches as code: what is done to ``shown`` [..., row, column] between weights and print.

The code finds ``inputs``, ``tokens``, ``TEXTS`` and ``shown``, and leaves ``shown``, ``rows`` and
``columns``, the names of both. Only switches that are on take part, in the order of
``playground.attention.view``.
"""

from string import Template

from playground.attention.switches import Direction, Special, Switches, Units

TOKENS = """\
rows = columns = tokens
"""
SENTENCES = """\
sentences = inputs.sequence_ids()  # which text a token is of; None for special tokens
"""
WORDS = """
# Pieces become words: a word gets what its pieces get together and gives their mean.
encoding = inputs.encodings[0]


def continues_word(place):
    words = list(zip(encoding.sequence_ids, encoding.word_ids, strict=True))
    if None in words[place] or words[place] != words[place - 1]:
        return False
    (_, end_before), (start, end) = encoding.offsets[place - 1 : place + 1]
    written = TEXTS[encoding.sequence_ids[place]][start:end]
    return end - len(written.lstrip()) <= end_before  # no space lies between


words = []  # the tokens of each
for place in range(len(tokens)):
    if continues_word(place):
        words[-1].append(place)
    else:
        words.append([place])
member = torch.tensor([[float(place in word) for place in range(len(tokens))] for word in words])
shown = member / member.sum(dim=-1, keepdim=True) @ shown @ member.T
rows = columns = [tokenizer.decode(inputs["input_ids"][0, word]).strip() for word in words]
"""
SENTENCES_OF_WORDS = """\
sentences = [encoding.sequence_ids[word[0]] for word in words]  # None for special tokens
"""
PART = Template("""\
sources = [place for place, sentence in enumerate(sentences) if sentence $source]
targets = [place for place, sentence in enumerate(sentences) if sentence $target]
shown = shown[..., sources, :][..., targets]
rows, columns = [rows[place] for place in sources], [columns[place] for place in targets]
""")
NOT_SPECIAL = PART.substitute(source="is not None", target="is not None")
PARTS = {
    Direction.FIRST_TO_SECOND: PART.substitute(source="== 0", target="== 1"),
    Direction.SECOND_TO_FIRST: PART.substitute(source="== 1", target="== 0"),
}
RENORMALISED = """\
shown = (shown / shown.sum(dim=-1, keepdim=True)).nan_to_num()  # a row sums to 1 again
"""
STRONGEST_ONLY = Template("""
# Of each row the strongest links, as few as make up $share % of it.
ranked, order = shown.sort(dim=-1, descending=True, stable=True)
before = ranked.cumsum(dim=-1) - ranked
ranked = ranked.where(before < $part * shown.sum(dim=-1, keepdim=True), 0)
shown = torch.zeros_like(shown).scatter(-1, order, ranked)
""")


def switched(switches: Switches) -> str:
    """Return the code of the switches that are on."""
    words = switches.units is Units.WORDS
    code = WORDS if words else TOKENS
    if switches.special is not Special.SHOW or switches.direction is not Direction.ALL:
        code += SENTENCES_OF_WORDS if words else SENTENCES
        code += PARTS.get(switches.direction, NOT_SPECIAL)
    if switches.special is Special.RENORMALISE:
        code += RENORMALISED
    if switches.share < 100:
        code += STRONGEST_ONLY.substitute(share=switches.share, part=switches.share / 100)
    return code
