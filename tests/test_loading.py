"""Every family loads through the Hub's stand-in; whatever cannot be loaded says why."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from tokenizers import BertWordPieceTokenizer
from transformers import BertConfig, BertForPreTraining, BertModel, PreTrainedTokenizerFast

from playground.errors import ModelError, UnknownModelError, UnsupportedModelError
from playground.models import catalog, fake, loading, trunk
from playground.models.catalog import ModelSpec, Source, Task
from playground.settings import Settings
from tests.hub_server import StandIn

SETTINGS = Settings(models_folder=Path("no-such-folder"))


def _spec(folder: Path, task: Task = Task.FILL_MASK) -> ModelSpec:
    return ModelSpec(id="local/x", task=task, source=Source.LOCAL, title="x", folder=folder)


@pytest.fixture
def broken(tiny_checkpoint: Callable[..., Path], tmp_path: Path) -> Path:
    """A copy of a BERT checkpoint that a test may break."""
    return shutil.copytree(tiny_checkpoint("bert"), tmp_path / "broken")


def _change_config(folder: Path, **changes: object) -> None:
    path = folder / "config.json"
    config = json.loads(path.read_text("utf-8")) | changes
    path.write_text(json.dumps({k: v for k, v in config.items() if v is not ...}), "utf-8")


@pytest.mark.parametrize("family", fake.FAMILIES)
def test_every_family_loads_from_the_hub(
    family: str, hub: StandIn, tiny_checkpoint: Callable[..., Path]
) -> None:
    folder = tiny_checkpoint(family)
    hub.add(f"tiny/{family}", folder)
    spec = catalog.find(f"tiny/{family}", Task.FILL_MASK, SETTINGS)

    checkpoint = loading.load(spec, SETTINGS)

    assert checkpoint.spec is spec
    assert checkpoint.model.config.model_type == family
    assert not checkpoint.model.training
    assert {weight.dtype for weight in checkpoint.model.parameters()} == {torch.float32}
    assert checkpoint.max_tokens == 64  # RoBERTa and kin have 66 positions, two of them unused
    tokenizer = checkpoint.tokenizer
    assert len(tokenizer) == checkpoint.model.config.vocab_size
    mask = tokenizer.mask_token
    assert mask == ("[MASK]" if "[" in tokenizer.cls_token else "<mask>")
    ids = tokenizer(f"Paris is the {mask} of France.")["input_ids"]
    assert ids.count(tokenizer.mask_token_id) == 1
    assert tokenizer.unk_token_id not in ids
    assert hub.downloads(spec.id) == {path.name: 1 for path in folder.iterdir()}


@pytest.mark.parametrize("family", fake.FAMILIES)
def test_the_longest_text_fits(family: str, tiny_checkpoint: Callable[..., Path]) -> None:
    checkpoint = loading.load(_spec(tiny_checkpoint(family)), SETTINGS)
    ids = torch.full((1, checkpoint.max_tokens), checkpoint.tokenizer.mask_token_id)

    with torch.no_grad():
        logits = checkpoint.model(ids).logits

    assert logits.shape == (1, 64, checkpoint.model.config.vocab_size)


def test_the_vocabulary_splits_words_as_its_kind_does(tiny_checkpoint: Callable[..., Path]) -> None:
    def pieces(family: str) -> list[str]:
        tokenizer = loading.load(_spec(tiny_checkpoint(family)), SETTINGS).tokenizer
        return tokenizer.tokenize("The capital")

    assert pieces("bert") == ["the", "capital"]  # WordPiece, lower-cased
    assert pieces("roberta") == ["The", "Ġcapital"]  # byte-level BPE, the space in the piece
    assert pieces("albert") == ["▁the", "▁capital"]  # SentencePiece, lower-cased
    assert pieces("xlm-roberta")[-1] == "▁capital"


@pytest.mark.parametrize(
    ("task", "labels"),
    [
        (Task.TEXT_CLASSIFICATION, {0: "NEGATIVE", 1: "POSITIVE"}),
        (
            Task.TOKEN_CLASSIFICATION,
            {0: "O", 1: "B-PER", 2: "I-PER", 3: "B-LOC", 4: "I-LOC", 5: "B-ORG", 6: "I-ORG"},
        ),
    ],
)
def test_heads_for_other_tasks_load_with_their_labels(
    task: Task, labels: dict[int, str], tiny_checkpoint: Callable[..., Path]
) -> None:
    checkpoint = loading.load(_spec(tiny_checkpoint("bert", task), task), SETTINGS)

    assert checkpoint.model.config.id2label == labels


def test_a_pre_training_checkpoint_holds_the_next_sentence_head(
    tiny_checkpoint: Callable[..., Path], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(tiny_checkpoint("bert"), tmp_path / "both"))
    config = BertConfig.from_pretrained(folder)
    both = BertForPreTraining(config)
    both.save_pretrained(folder)
    for name in ("BertForPreTraining", "BertForMaskedLM"):  # as the original BERTs' configs say
        _change_config(folder, architectures=[name])
        checkpoint = loading.load(_spec(folder, Task.NEXT_SENTENCE), SETTINGS)
        assert checkpoint.labels is not None
        assert checkpoint.labels.names == ("IS_NEXT", "NOT_NEXT")
        head = checkpoint.model.cls.seq_relationship.weight
        torch.testing.assert_close(head, both.cls.seq_relationship.weight)


@pytest.mark.parametrize("family", [name for name in fake.FAMILIES if name != "bert"])
def test_other_families_have_no_next_sentence_head(
    tiny_checkpoint: Callable[..., Path], family: str
) -> None:
    with pytest.raises(UnsupportedModelError, match=r"no head for the next sentence: .*\. Choose"):
        loading.load(_spec(tiny_checkpoint(family), Task.NEXT_SENTENCE), SETTINGS)


def test_a_bert_without_that_head_is_refused(tiny_checkpoint: Callable[..., Path]) -> None:
    with pytest.raises(UnsupportedModelError, match="no trained weights for next-sentence"):
        loading.load(_spec(tiny_checkpoint("bert"), Task.NEXT_SENTENCE), SETTINGS)


def test_the_weights_are_those_of_the_file(tiny_checkpoint: Callable[..., Path]) -> None:
    folder = tiny_checkpoint("bert")
    loaded = loading.load(_spec(folder), SETTINGS).model.state_dict()

    for name, weights in load_file(folder / "model.safetensors").items():
        torch.testing.assert_close(loaded[name], weights, atol=0, rtol=0)


def test_one_seed_writes_one_checkpoint(tmp_path: Path) -> None:
    first = fake.save("roberta", tmp_path / "first")
    again = fake.save("roberta", tmp_path / "again")
    other = fake.save("roberta", tmp_path / "other", seed=1)

    for path in first.iterdir():
        assert (again / path.name).read_bytes() == path.read_bytes()
    weights = "model.safetensors"
    assert (other / weights).read_bytes() != (first / weights).read_bytes()


def test_half_precision_files_are_loaded_in_fp32(
    tiny_checkpoint: Callable[..., Path], tmp_path: Path
) -> None:
    model = loading.load(_spec(tiny_checkpoint("bert")), SETTINGS).model
    shutil.copytree(tiny_checkpoint("bert"), tmp_path, dirs_exist_ok=True)
    model.half().save_pretrained(tmp_path)

    loaded = loading.load(_spec(tmp_path), SETTINGS).model

    assert {weight.dtype for weight in loaded.parameters()} == {torch.float32}


def test_weights_in_several_files_load(broken: Path, hub: StandIn) -> None:
    model = loading.load(_spec(broken), SETTINGS).model
    (broken / "model.safetensors").unlink()
    model.save_pretrained(broken, max_shard_size="60KB")
    assert len(list(broken.glob("model-*-of-*.safetensors"))) > 1
    hub.add("tiny/sharded", broken)

    loaded = loading.load(catalog.find("tiny/sharded", Task.FILL_MASK, SETTINGS), SETTINGS).model

    torch.testing.assert_close(loaded.state_dict(), model.state_dict(), atol=0, rtol=0)


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError, match="folder of local/x is gone"):
        loading.load(_spec(tmp_path / "gone"), SETTINGS)


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError, match=r"no config.json"):
        loading.load(_spec(tmp_path), SETTINGS)


def test_another_architecture(broken: Path) -> None:
    _change_config(broken, model_type="gpt2", architectures=["GPT2LMHeadModel"])

    with pytest.raises(UnsupportedModelError, match=r"is a gpt2.*ALBERT, BERT, CamemBERT"):
        loading.load(_spec(broken), SETTINGS)


def test_a_head_for_another_task(tiny_checkpoint: Callable[..., Path]) -> None:
    folder = tiny_checkpoint("bert", Task.TEXT_CLASSIFICATION)

    with pytest.raises(
        UnsupportedModelError, match=r"trained for text-classification, this page needs fill-mask"
    ):
        loading.load(_spec(folder), SETTINGS)


def test_no_head(broken: Path) -> None:
    _change_config(broken, architectures=["BertModel"])

    with pytest.raises(UnsupportedModelError, match=r"no head for fill-mask.*BertModel"):
        loading.load(_spec(broken), SETTINGS)


def test_a_config_that_promises_a_head_the_weights_lack(broken: Path) -> None:
    BertModel(
        BertConfig(vocab_size=300, hidden_size=32, num_attention_heads=2, num_hidden_layers=2)
    ).save_pretrained(broken)
    _change_config(broken, architectures=["BertForMaskedLM"])

    with pytest.raises(UnsupportedModelError, match=r"no trained weights for fill-mask.*missing"):
        loading.load(_spec(broken), SETTINGS)


def test_a_tokenizer_without_a_mask(broken: Path) -> None:
    pieces = BertWordPieceTokenizer(str(broken / "vocab.txt"))
    PreTrainedTokenizerFast(tokenizer_object=pieces).save_pretrained(broken)

    with pytest.raises(UnsupportedModelError, match="no mask token"):
        loading.load(_spec(broken), SETTINGS)


def test_a_tokenizer_of_another_model(broken: Path) -> None:
    with (broken / "vocab.txt").open("a") as file:
        file.write("surplus\n")

    with pytest.raises(UnsupportedModelError, match="301 tokens and its model knows 300"):
        loading.load(_spec(broken), SETTINGS)


@pytest.mark.parametrize(
    "content",
    [b"", b"not safetensors", b"\xff" * 64, b"\x08" + b"\x00" * 7],
    ids=["empty", "text", "ones", "header only"],
)
def test_corrupt_weights(broken: Path, content: bytes) -> None:
    (broken / "model.safetensors").write_bytes(content)

    with pytest.raises(UnsupportedModelError, match="could not be read as a model"):
        loading.load(_spec(broken), SETTINGS)


def test_weights_cut_short(broken: Path) -> None:
    weights = broken / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])

    with pytest.raises(UnsupportedModelError, match="could not be read as a model"):
        loading.load(_spec(broken), SETTINGS)


@pytest.mark.parametrize(
    ("family", "name", "content"),
    [
        ("bert", "vocab.txt", b""),
        ("bert", "vocab.txt", b"\xff\xfe" * 20),
        ("bert", "vocab.txt", b"no piece for what is unknown"),
        ("bert", "tokenizer.json", b"null"),
        ("bert", "tokenizer.json", b'{"version": "9"}'),
        ("bert", "tokenizer_config.json", b"[1, 2]"),
        ("bert", "tokenizer_config.json", b'{"tokenizer_class": 5, "unk_token": [1]}'),
        ("bert", "special_tokens_map.json", b"7"),
        ("bert", "added_tokens.json", b'"x"'),
        ("roberta", "vocab.json", b"["),
        ("roberta", "vocab.json", b"{}"),
        ("roberta", "merges.txt", b"not what it should be"),
        ("albert", "spiece.model", b""),
        ("albert", "spiece.model", b"not SentencePiece"),
        ("xlm-roberta", "sentencepiece.bpe.model", b"\xff" * 40),
    ],
)
def test_a_broken_tokenizer_is_refused_as_one(
    tiny_checkpoint: Callable[..., Path], tmp_path: Path, family: str, name: str, content: bytes
) -> None:
    folder = Path(shutil.copytree(tiny_checkpoint(family), tmp_path / "broken"))
    (folder / name).write_bytes(content)
    for read in (lambda spec: loading.load(spec, SETTINGS), loading.load_tokenizer):
        with pytest.raises(ModelError, match=r"local/x .*|of local/x"):
            read(_spec(folder))


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"temperature": 0}', '{"temperature": "x"}'])
def test_a_broken_calibration_is_refused(
    tiny_checkpoint: Callable[..., Path], tmp_path: Path, content: str
) -> None:
    task = Task.TEXT_CLASSIFICATION
    folder = Path(shutil.copytree(tiny_checkpoint("bert", task), tmp_path / "broken"))
    (folder / "calibration.json").write_text(content)
    with pytest.raises(UnsupportedModelError, match="no temperature above 0"):
        loading.load(_spec(folder, task), SETTINGS)


@pytest.mark.parametrize(
    "content",
    [
        *("", "{", "not json", "[1, 2]", '"bert"', "null"),
        pytest.param("[" * 100_000, id="deeper than Python reads"),
    ],
)
def test_a_config_that_is_no_json_object(broken: Path, content: str) -> None:
    (broken / "config.json").write_text(content)

    with pytest.raises(UnsupportedModelError, match=r"config\.json of local/x"):
        loading.load(_spec(broken), SETTINGS)


@pytest.mark.parametrize(
    "changes",
    [
        {"model_type": ...},  # left out
        {"model_type": ["bert"]},
        {"architectures": ...},
        {"architectures": "BertForMaskedLM"},
        {"architectures": [None, 7]},
        {"hidden_size": "wide"},
        {"hidden_size": 33},  # no multiple of the heads
        {"hidden_size": 64},  # not what the file holds
        {"num_attention_heads": 0},
        {"num_hidden_layers": None},
        {"num_hidden_layers": 3},  # more than the file holds
        {"vocab_size": -1},
        {"hidden_act": "unheard-of"},
        {"max_position_embeddings": None},
        {"id2label": ["a", "b"]},
        {"quantization_config": "none"},
    ],
)
def test_a_config_with_missing_or_senseless_fields(
    broken: Path, changes: dict[str, object]
) -> None:
    _change_config(broken, **changes)

    with pytest.raises(ModelError, match="local/x"):
        loading.load(_spec(broken), SETTINGS)


def test_no_vocabulary(broken: Path) -> None:
    (broken / "vocab.txt").unlink()

    with pytest.raises(UnknownModelError, match=r"local/x has no vocabulary .*vocab\.txt"):
        loading.load(_spec(broken), SETTINGS)


def test_code_in_a_repository_is_neither_fetched_nor_run(
    broken: Path, hub: StandIn, tmp_path: Path
) -> None:
    trace = tmp_path / "it-ran"
    (broken / "modeling_evil.py").write_text(f"open({str(trace)!r}, 'w').close()\n")
    shutil.copy(broken / "modeling_evil.py", broken / "tokenization_evil.py")
    code = {"AutoConfig": "modeling_evil.Config", "AutoModelForMaskedLM": "modeling_evil.Model"}
    _change_config(broken, auto_map=code)
    tokenizer_config = json.loads((broken / "tokenizer_config.json").read_text())
    tokenizer_config["auto_map"] = {"AutoTokenizer": [None, "tokenization_evil.Tokenizer"]}
    (broken / "tokenizer_config.json").write_text(json.dumps(tokenizer_config))
    hub.add("evil/code", broken)

    checkpoint = loading.load(catalog.find("evil/code", Task.FILL_MASK, SETTINGS), SETTINGS)

    assert type(checkpoint.model).__module__.startswith("transformers.models.bert")
    assert not [request for request in hub.requests if request.endswith(".py")]
    assert not trace.exists()


def test_an_architecture_that_only_its_own_code_knows_is_refused(
    broken: Path, hub: StandIn
) -> None:
    _change_config(broken, model_type="evil", auto_map={"AutoConfig": "modeling_evil.Config"})
    (broken / "modeling_evil.py").write_text("raise SystemExit\n")
    hub.add("evil/type", broken)

    with pytest.raises(UnsupportedModelError, match="evil/type is a evil"):
        loading.load(catalog.find("evil/type", Task.FILL_MASK, SETTINGS), SETTINGS)
    assert hub.downloads("evil/type").keys() <= {
        "config.json",
        "tokenizer_config.json",
        "vocab.txt",
    }


def test_the_trunk_alone_loads_as_published() -> None:
    spec = catalog.find(catalog.TRUNK, Task.FEATURE_EXTRACTION, SETTINGS)
    loaded = loading.load(spec, SETTINGS)
    published = load_file(trunk.folder() / "model.safetensors")
    query = "encoder.layer.5.attention.self.query.weight"
    assert torch.equal(loaded.model.state_dict()[query], published[query])
    ids = loaded.tokenizer("The trunk alone.", return_tensors="pt")["input_ids"]
    assert loaded.model(ids, output_attentions=True).attentions[0].shape[1] == 12


def test_a_new_head_stands_on_weights_of_its_own() -> None:
    sentiment = ModelSpec(
        id="bundled/sentiment",
        task=Task.FEATURE_EXTRACTION,
        source=Source.BUNDLED,
        title="",
        folder=catalog.BUNDLED / "sentiment",
    )
    merged = loading.load(sentiment, SETTINGS).model
    fresh = loading.load_fresh(
        sentiment, SETTINGS, Task.TEXT_CLASSIFICATION, ("a", "b", "c"), several=True
    ).model

    assert fresh.config.id2label == {0: "a", 1: "b", 2: "c"}
    assert fresh.config.problem_type == "multi_label_classification"
    assert fresh.classifier.weight.shape == (3, 384)
    assert all(weight.requires_grad for weight in fresh.parameters())
    own = fresh.base_model.state_dict()
    assert all(torch.equal(own[name], weight) for name, weight in merged.state_dict().items())
    before = merged.embeddings.word_embeddings.weight.clone()
    with torch.no_grad():
        fresh.base_model.embeddings.word_embeddings.weight.add_(1)
    assert torch.equal(merged.embeddings.word_embeddings.weight, before)


def test_a_masked_lm_to_train_keeps_its_tie_and_shares_nothing() -> None:
    spec = catalog.find("bundled/masked_lm", Task.FILL_MASK, SETTINGS)
    first, second = (loading.load_masked(spec, SETTINGS).model for _ in range(2))
    words = first.get_input_embeddings().weight
    assert first.get_output_embeddings().weight is words
    assert words is not second.get_input_embeddings().weight
    assert words.requires_grad


def test_only_matrices_of_a_bundled_adapter_learn() -> None:
    spec = catalog.find("bundled/masked_lm", Task.FILL_MASK, SETTINGS)
    model = loading.load_adapter(spec).model
    learn = {name for name, weight in model.named_parameters() if weight.requires_grad}
    assert len(learn) == 72
    assert all("lora_" in name for name in learn)
