"""The rules of the house, as functions: a project folder in, what breaks the rule out.

Each returns one line a finding, saying what to do, and nothing where the rule holds.
"""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path

# They show what other services return and have no service of their own.
WITHOUT_SERVICE = {"runs"}
WITHOUT_PLOTS = {"home"}  # it shows other pages' figures
SHARED_PAGES = "shared"
NAVIGATION = "pages/shared/navigation.py"
# A session without a browser speaks Streamlit's protocol, by its messages.
STREAMLIT_ROOMS = ("app.py", "pages/", "tests/pages/", "tests/browser/", "benchmarks/session.py")
HEAVY = {"torch", "transformers", "peft"}
HEAVY_ROOMS = ("playground/models/", "playground/recipes/", "playground/fine_tuning/training/")
FROM_PRETRAINED_ROOMS = ("playground/models/loading.py", "playground/recipes/")
MAX_ASSET_BYTES = 30_000_000
OTHER_WEIGHTS = {".bin", ".ckpt", ".h5", ".msgpack", ".onnx", ".pickle", ".pkl", ".pt", ".pth"}
# Lower floors first: a module may import its own floor and those before it.
FLOORS = ("playground.errors", "playground.settings", "playground.models", "playground", "pages")


@dataclass(frozen=True, slots=True)
class Import:
    """One import of a module; ``lazy`` ones do not run when their file is imported."""

    file: str
    line: int
    module: str
    lazy: bool


def python_files(root: Path, *rooms: str) -> Iterator[Path]:
    """Yield the Python files of ``rooms``, files or folders below ``root``."""
    for room in rooms:
        path = root / room
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path] * path.is_file()


def imports(root: Path, *rooms: str) -> list[Import]:
    """Return every import in ``rooms``, those inside functions and ``TYPE_CHECKING`` as lazy."""
    return [
        Import(file.relative_to(root).as_posix(), node.lineno, module, lazy)
        for file in python_files(root, *rooms)
        for node, lazy in _statements(ast.parse(file.read_text("utf-8")), lazy=False)
        for module in _imported(node)
    ]


def _statements(node: ast.AST, *, lazy: bool) -> Iterator[tuple[ast.stmt, bool]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield child, lazy
        is_guard = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test)
        is_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        yield from _statements(child, lazy=lazy or is_guard or is_function)


def _imported(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        module = node.module or ""
        return [f"{module}.{alias.name}" for alias in node.names]
    return []


def loose_pages(root: Path) -> list[str]:
    """Streamlit would discover a file in pages/ itself as a page without the frame."""
    return [
        f"pages/{file.name}: move it into a section, pages/<section>/"
        for file in sorted((root / "pages").glob("*.py"))
    ]


def page_files(root: Path) -> list[str]:
    """Return the files that are pages: a section's modules and its folders' page.py."""
    sections = [p for p in (root / "pages").iterdir() if p.is_dir() and p.name != SHARED_PAGES]
    found = [file for section in sections for file in section.glob("*.py")]
    found += [folder / "page.py" for section in sections for folder in section.glob("[!_]*/")]
    return sorted(file.relative_to(root).as_posix() for file in found if file.name[0] != "_")


def page_name(file: str) -> str:
    """Return the name that leads from a page to its service, plots and tests."""
    path = Path(file)
    return path.parent.name if path.stem == "page" else path.stem


def unlisted_pages(root: Path) -> list[str]:
    """A page in its folder is in the navigation, and the navigation names only pages."""
    tree = ast.parse((root / NAVIGATION).read_text("utf-8"))
    named = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.match(r"pages/.*\.py$", node.value)
    }
    pages = set(page_files(root))
    return [f"{file}: {NAVIGATION} does not name it" for file in sorted(pages - named)] + [
        f"{NAVIGATION} names {file}, which is not there" for file in sorted(named - pages)
    ]


def missing_partners(root: Path) -> list[str]:
    """One name leads from a page to its service, its plots and both its tests."""
    problems = []
    for file in page_files(root):
        name = page_name(file)
        partners: list[tuple[str, ...]] = [(f"tests/pages/test_{name}.py",)]
        if name not in WITHOUT_SERVICE:
            partners += [
                (f"playground/{name}.py", f"playground/{name}/__init__.py"),
                (f"tests/test_{name}.py", f"tests/{name}"),
            ]
        if name not in WITHOUT_SERVICE | WITHOUT_PLOTS:
            partners.append((f"playground/plots/{name}.py",))
        problems += [
            f"{file}: write {' or '.join(choices)}"
            for choices in partners
            if not any((root / choice).exists() for choice in choices)
        ]
    return problems


def stray_streamlit(root: Path) -> list[str]:
    """Streamlit stays in app.py, pages/ and the tests of pages."""
    return [
        f"{found.file}:{found.line}: imports streamlit; that belongs to app.py and pages/"
        for found in imports(root, "app.py", "pages", "playground", "benchmarks", "deploy", "tests")
        if found.module.split(".")[0] == "streamlit" and not found.file.startswith(STREAMLIT_ROOMS)
    ]


def eager_torch(root: Path) -> list[str]:
    """The first paint does without torch, so only models and recipes import it at once."""
    return [
        f"{found.file}:{found.line}: imports {found.module} at once; import it where it is used"
        for found in imports(root, "app.py", "pages", "playground")
        if found.module.split(".")[0] in HEAVY
        and not found.lazy
        and not found.file.startswith(HEAVY_ROOMS)
    ]


def stray_from_pretrained(root: Path) -> list[str]:
    """One file loads weights, so its checks cannot be walked around."""
    return [
        f"{name}:{node.lineno}: calls from_pretrained; ask playground/models/loading.py instead"
        for file in python_files(root, "app.py", "pages", "playground")
        if not (name := file.relative_to(root).as_posix()).startswith(FROM_PRETRAINED_ROOMS)
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "from_pretrained"
    ]


def upward_imports(root: Path) -> list[str]:
    """Nothing on a lower floor knows a higher one; plots know no model."""
    problems = []
    for found in imports(root, "playground"):
        module = found.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        if _floor(found.module) > _floor(module):
            problems.append(f"{found.file}:{found.line}: imports {found.module} from a floor above")
        if module.startswith("playground.plots") and found.module.startswith("playground.models"):
            problems.append(f"{found.file}:{found.line}: plots know results, not models")
    return problems


def _floor(module: str) -> int:
    for floor, prefix in enumerate(FLOORS):
        if module == prefix or module.startswith(prefix + "."):
            return floor
    return len(FLOORS) if module.split(".")[0] in {"app", "tests", "benchmarks", "deploy"} else 0


def unfit_assets(root: Path) -> list[str]:
    """The box stays small, and weights in it are fp16 safetensors."""
    files = [file for file in sorted((root / "assets").rglob("*")) if file.is_file()]
    total = sum(file.stat().st_size for file in files)
    problems = [f"assets/: {total:,} bytes, at most {MAX_ASSET_BYTES:,}"] * (
        total > MAX_ASSET_BYTES
    )
    for file in files:
        name = file.relative_to(root).as_posix()
        if file.suffix in OTHER_WEIGHTS:
            problems.append(f"{name}: ship weights as safetensors")
        if file.suffix == ".safetensors" and (found := _dtypes(file)) != {"F16"}:
            problems.append(f"{name}: holds {', '.join(sorted(found))}; ship fp16")
    return problems


def _dtypes(file: Path) -> set[str]:
    """Return the dtypes in a safetensors header: 8 bytes of length, then JSON."""
    with file.open("rb") as stream:
        header = json.loads(stream.read(int.from_bytes(stream.read(8), "little")))
    return {entry["dtype"] for name, entry in header.items() if name != "__metadata__"}


def requirements(file: Path) -> dict[str, str]:
    """Return the requirement lines of ``file`` by package name."""
    lines = [line for line in file.read_text("utf-8").splitlines() if line[:1] not in {"", "#"}]
    return {re.split(r"[=<>~! ]", line)[0]: line for line in lines if not line.startswith("-")}


def loose_requirements(file: Path) -> list[str]:
    """Each requirement is pinned, and a comment behind it says what it is for."""
    return [
        f"{file.name}: {name} needs a version pinned with == and a reason behind #"
        for name, line in requirements(file).items()
        if not re.fullmatch(r"\S+==[\w.]+\s+# .+", line)
    ]


def unused_requirements(root: Path, file: Path, *rooms: str, apart: set[str]) -> list[str]:
    """Each requirement is imported in ``rooms``; those in ``apart`` are used without an import."""
    listed = {_normal(name) for name in requirements(file)}
    used = imported_packages(root, *rooms)
    return [f"{file.name}: nothing imports {name}" for name in sorted(listed - used - apart)]


def unlisted_imports(root: Path, files: list[Path], *rooms: str) -> list[str]:
    """What ``rooms`` import is a requirement, not merely brought along by one."""
    listed = {_normal(name) for file in files for name in requirements(file)}
    used = imported_packages(root, *rooms)
    return [f"{files[-1].name}: {name} is imported; pin it" for name in sorted(used - listed)]


def imported_packages(root: Path, *rooms: str) -> set[str]:
    """Return the names of the installed packages that ``rooms`` import."""
    packages = packages_distributions()
    modules = {found.module.split(".")[0] for found in imports(root, *rooms)}
    return {_normal(package) for module in modules for package in packages.get(module, ())}


def _normal(package: str) -> str:
    return package.lower().replace("_", "-")
