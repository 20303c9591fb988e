"""What visitors take along loads with plain transformers, without a network, and says the same."""

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModel, AutoModelForSequenceClassification, PreTrainedModel

from playground import mask_filling, named_entities, sentiment
from playground.errors import EmptyTextError, UnknownModelError
from playground.fine_tuning.export import archive, usage
from playground.fine_tuning.export.names import folder_name
from playground.fine_tuning.pairs import LabelledPair, classify_pair
from playground.models import fake
from playground.models.catalog import ModelSpec, Source, Task
from playground.models.engine import Engine, Model
from playground.sentiment import scripts
from playground.settings import Settings
from playground.snippet import python_code

LABELS = Task.TEXT_CLASSIFICATION
TEXT, SECOND = "The film is long and slow, but never dull.", "Rain fell for three days."
ASKED = {
    usage.TEXTS[0]: TEXT,
    usage.TEXTS[1]: SECOND,
    "Write a sentence here.": TEXT,
    "Write a sentence with a {tokenizer.mask_token} here.": "The {tokenizer.mask_token} is near "
    "the water.",
}
MASKED = "The [MASK] is near the water."
Expected = dict[str, float]  # what is printed, with its probability
# A folder's logits for a text, in an environment that knows nothing of this project.
LOGITS = """\
import json, sys
import torch
from transformers import AutoModelForSequenceClassification as Auto, AutoTokenizer
try:
    import playground
    raise SystemExit("this is no fresh environment")
except ModuleNotFoundError:
    pass
folder, *texts = sys.argv[1:]
inputs = AutoTokenizer.from_pretrained(folder)(*texts, return_tensors="pt")
with torch.inference_mode():
    print(json.dumps(Auto.from_pretrained(folder).eval()(**inputs).logits[0].tolist()))
"""
# Runs several scripts in one process: starting PyTorch takes longer than any of them.
RUN_ALL = """\
import contextlib, io, json, sys
outputs = []
for code in sys.argv[1:]:
    with contextlib.redirect_stdout(io.StringIO()) as output:
        exec(code, {})
    outputs.append(output.getvalue())
print(json.dumps(outputs))
"""


def run(code: str, folder: Path, *arguments: str) -> str:
    """Run code in ``folder`` with plain libraries, without this project and without a network."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    result = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env=kept | {"HF_HUB_OFFLINE": "1", "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def unzip(data: bytes, folder: Path) -> Path:
    """Unpack an archive and return the one folder that it holds."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert packed.testzip() is None
        packed.extractall(folder)
        [top] = {name.split("/")[0] for name in packed.namelist()}
    return folder / top


def code_of(card: Path) -> str:
    """Return the code of a model card, its texts replaced by those of the tests."""
    code = card.read_text("utf-8").split(f"{usage.HEADING}\n\n```python\n")[1].split("```")[0]
    for text, asked in ASKED.items():
        code = code.replace(text, asked)
    return code


def printed(output: str) -> dict[str, float]:
    rows = (line.replace("##", "").split("  ", 1) for line in output.splitlines())
    return {words: float(number) for number, words in rows}


def named(found: sentiment.Classified | LabelledPair) -> Expected:
    return dict(zip(found.labels.names, found.probabilities, strict=True))


@pytest.fixture
def model_folder(tmp_path: Path) -> Path:
    """A classifier of texts as a run leaves it, calibrated."""
    folder = fake.save("bert", tmp_path / "outputs" / "model", task=LABELS, seed=3)
    (folder / "calibration.json").write_text('{"temperature": 1.5}', "utf-8")
    return folder


def own(folder: Path, task: Task = LABELS, title: str = "My tickets") -> ModelSpec:
    return ModelSpec(
        id=f"run/{'a' * 32}", task=task, source=Source.RUN, title=title, folder=folder, script="any"
    )


def loaded(spec: ModelSpec) -> Model:
    return Engine(Settings(), dtype=torch.float32).model(spec)


def change(folder: Path, **values: Any) -> None:
    config = json.loads((folder / "config.json").read_text("utf-8"))
    (folder / "config.json").write_text(json.dumps(config | values), "utf-8")


def test_the_archive_loads_in_a_fresh_environment_and_gives_the_same_logits(
    model_folder: Path, tmp_path: Path
) -> None:
    folder = unzip(archive.merged(model_folder, "My tickets"), tmp_path / "elsewhere")
    assert folder.name == "My-tickets"
    [logits] = json.loads(f"[{run(LOGITS, folder.parent, folder.name, TEXT)}]")
    shown = sentiment.classify(TEXT, model=loaded(own(model_folder)))
    expected = np.log(shown.probabilities)
    scaled = np.array(logits) / 1.5
    np.testing.assert_allclose(scaled - scaled.mean(), expected - expected.mean(), atol=1e-4)


def one_label(folder: Path) -> Expected:
    (folder / "calibration.json").write_text('{"temperature": 1.5}', "utf-8")
    return named(sentiment.classify(TEXT, model=loaded(own(folder))))


def several_labels(folder: Path) -> Expected:
    change(folder, problem_type="multi_label_classification")
    found = sentiment.classify(TEXT, model=loaded(own(folder)))
    assert found.labels.several
    return named(found)


def pair(folder: Path) -> Expected:
    found = classify_pair(TEXT, SECOND, model=loaded(own(folder)))
    alone = sentiment.classify(TEXT, model=loaded(own(folder))).probabilities
    assert found.probabilities[0] != pytest.approx(alone[0], abs=1e-3)  # the second one counts
    return named(found)


def entities(folder: Path) -> Expected:
    found = named_entities.find(TEXT, model=loaded(own(folder, Task.TOKEN_CLASSIFICATION)))
    assert found.entities
    return {f"{one.type}  {one.text.lower()}": one.score for one in found.entities}


def guesses(folder: Path) -> Expected:
    model = loaded(own(folder, Task.FILL_MASK))
    [found] = mask_filling.fill(MASKED, model=model, top_k=5).guesses
    return {guess.token: guess.probability for guess in found}


CARDS = [
    (LABELS, one_label),
    (LABELS, several_labels),
    (LABELS, pair),
    (Task.TOKEN_CLASSIFICATION, entities),
    (Task.FILL_MASK, guesses),
]


def test_the_code_of_the_cards_says_what_the_app_says(tmp_path: Path) -> None:
    elsewhere, codes, expected = tmp_path / "elsewhere", [], []
    for task, shown in CARDS:
        folder = fake.save("bert", tmp_path / shown.__name__, task=task, seed=3)
        expected.append(shown(folder))
        texts = 2 if shown is pair else 1
        unzipped = unzip(archive.merged(folder, f"A {shown.__name__}", texts=texts), elsewhere)
        codes.append(code_of(unzipped / "README.md"))
    outputs = json.loads(run(RUN_ALL, elsewhere, *codes))
    for output, probabilities in zip(outputs, expected, strict=True):
        assert printed(output) == pytest.approx(probabilities, abs=1e-4)


def test_pairs_that_are_too_long_or_lack_a_text_say_so(model_folder: Path) -> None:
    model = loaded(own(model_folder))
    found = classify_pair(TEXT * 20, SECOND, model=model)
    assert found.texts[1] == SECOND  # the longer one is cut
    assert "this model reads 64" in found.notices[0]
    for texts in ((TEXT, " "), ("", SECOND)):
        with pytest.raises(EmptyTextError, match="two texts"):
            classify_pair(*texts, model=model)


def lora(base: Path, folder: Path) -> PreTrainedModel:
    """Write a LoRA adapter with its head for ``base`` into ``folder``; return the merged model."""
    model = AutoModelForSequenceClassification.from_pretrained(
        base, id2label={0: "no", 1: "perhaps", 2: "yes"}
    )
    config = LoraConfig(
        task_type="SEQ_CLS", r=4, target_modules=["query", "value"], modules_to_save=["classifier"]
    )
    adapted = get_peft_model(model, config)
    with torch.no_grad():
        for name, weight in adapted.named_parameters():
            if "lora_B" in name:
                weight.normal_(std=0.5)
    adapted.save_pretrained(folder)
    assert isinstance(adapted, PeftModel)
    merged = adapted.merge_and_unload()
    assert isinstance(merged, PreTrainedModel)
    return merged


def test_the_adapter_alone_gives_the_same_on_its_base(tmp_path: Path) -> None:
    base = tmp_path / "elsewhere" / "base"
    whole = AutoModel.from_pretrained(fake.save("bert", base, task=LABELS))
    whole.save_pretrained(base)  # with the pooler that masked LMs lack, and without a head
    adapter, model_folder = tmp_path / "outputs" / "adapter", tmp_path / "outputs" / "model"
    torch.manual_seed(0)
    fake.save("bert", model_folder)  # for the tokenizer
    lora(base, adapter).save_pretrained(model_folder)
    config = json.loads((adapter / "adapter_config.json").read_text("utf-8"))
    config["base_model_name_or_path"] = "./base"  # a public id where there is a network
    (adapter / "adapter_config.json").write_text(json.dumps(config), "utf-8")
    packed = archive.adapter(adapter, model_folder, "My tickets")
    folder = unzip(packed, tmp_path / "elsewhere")
    assert folder.name == "My-tickets-adapter"
    code = code_of(folder / "README.md")
    assert "BASE = './base'\n" in code
    shown = sentiment.classify(TEXT, model=loaded(own(model_folder)))
    assert shown.labels.names == ("no", "perhaps", "yes")
    assert printed(run(code, folder.parent)) == pytest.approx(named(shown), abs=1e-4)


def test_the_pages_code_loads_the_unzipped_folder(model_folder: Path, tmp_path: Path) -> None:
    folder = unzip(archive.merged(model_folder, "My tickets"), tmp_path / "elsewhere")
    spec = own(model_folder)
    found = sentiment.classify(TEXT, model=loaded(spec))
    code = python_code(scripts.labels([found]), spec=spec)
    assert "MODEL = './My-tickets'" in code
    lines = run(code, folder.parent).splitlines()
    assert lines[0] == TEXT
    assert printed("\n".join(lines[1:])) == pytest.approx(named(found), abs=1e-3)


def test_a_card_keeps_its_text_and_gets_the_code_once(model_folder: Path) -> None:
    (model_folder / "README.md").write_text("---\nlicense: mit\n---\n# Mine\n\nWords.\n", "utf-8")
    card = archive.card(model_folder, "./one")
    assert card.startswith("---\nlicense: mit\n---\n# Mine\n\nWords.\n\n## How to use it\n")
    (model_folder / "README.md").write_text(card, "utf-8")
    again = archive.card(model_folder, "user/two")
    assert again.count(usage.HEADING) == 1
    assert "./one" not in again


def test_an_archive_of_a_removed_run_is_a_message(tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError, match="removed"):
        archive.merged(tmp_path / "gone", "x")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Support tickets, v2", "Support-tickets-v2"),
        ("Überprüfung Köln", "Uberprufung-Koln"),
        ("../../etc/passwd", "etc-passwd"),
        ("a\\b:c*d?e", "a-b-c-d-e"),
        ("con", "model-con"),
        ("NUL.txt", "model-NUL.txt"),
        ("客服", "model"),
        ("...", "model"),
        ("x" * 200, "x" * 60),
        ("--rf --", "rf"),
        ("a..b", "a.b"),
    ],
)
def test_names_are_safe_everywhere(title: str, name: str) -> None:
    assert folder_name(title) == name
