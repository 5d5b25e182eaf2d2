"""The house stays tidy: sizes, names, faces, lists, words."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[1]
SOURCE = REPO / "src" / "texelnet"

LINES_IN_A_FILE = 400
LINES_IN_A_FUNCTION = 40

# Folders where one thing is one file: each is listed by hand in the folder's __init__.py.
LISTS = (
    "ops",
    "shader/targets",
    "shader/dialects",
    "shader/steps",
    "shader/drawings",
    "caffe/layers",
    "cli",
    "run/compare/causes",
    "draw/out",
    "draw/scenes",
    "label/formats",
)

# What examples are given; one that is not named here runs without arguments.
ARGUMENTS: dict[str, list[str]] = {}
SECONDS_FOR_AN_EXAMPLE = 600  # one that takes longer hangs; the machine may be busy

VAGUE = re.compile(r"(utils?|helpers?|managers?|misc|common)", re.IGNORECASE)

TOP = {
    ".ci", ".gitattributes", ".gitignore", "ARCHITECTURE.md", "CHANGELOG.md",
    "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md", "benchmarks", "docs", "examples",
    "networks", "pyproject.toml", "setup", "src", "tests",
}  # fmt: skip
"""What the repository holds at its top: nothing that a command left there."""

# Put together from pieces, so that this file does not find itself.
UNWANTED = {
    "a path of one machine": re.compile(r"(?<![\w.~-])/(?:wo" r"rk|tm" r"p)/"),
    "work left lying": re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b"),
    "a promise in place of a reason": re.compile(r"not yet sup" r"ported", re.IGNORECASE),
    "a reference to a ticket": re.compile(r"\bissue #", re.IGNORECASE),
}

FILES = sorted(SOURCE.rglob("*.py"))
FACES = [path for path in FILES if path.name == "__init__.py"]
EXAMPLES = sorted((REPO / "examples").glob("*.py"))
TORCH = {"from_pytorch.py": (pytest.mark.nightly, pytest.mark.gpu)}
"""Examples that need torch, which only the nightly tests have, and a driver."""


def short(path: Path) -> str:
    return path.relative_to(REPO).as_posix()


def private(path: Path) -> bool:
    return any(part.startswith("_") and part != "__init__.py" for part in path.parts)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def imports(module: ast.Module) -> Iterator[tuple[str, str | None, str]]:
    """Each import as (module, name or None, the name it is bound to)."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, None, alias.asname or alias.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield node.module or "", alias.name, alias.asname or alias.name


def complain(rule: str, offences: list[str]) -> None:
    if offences:
        pytest.fail("\n".join([rule, *(f"  {offence}" for offence in offences)]), pytrace=False)


def test_files_are_short() -> None:
    lines = {path: len(path.read_text("utf-8").splitlines()) for path in FILES}
    long = [f"{short(p)}: {n} lines" for p, n in lines.items() if n >= LINES_IN_A_FILE]
    complain(f"A file has fewer than {LINES_IN_A_FILE} lines:", long)


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end; the docstring is not counted."""
    first, last = function.body[0], function.end_lineno or function.lineno
    docstring = 0
    if ast.get_docstring(function) is not None:
        docstring = (first.end_lineno or first.lineno) - first.lineno + 1
    return last - function.lineno + 1 - docstring


def test_functions_are_short() -> None:
    functions = [
        (lines_of(node), f"{short(path)}:{node.lineno} {node.name}")
        for path in FILES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    long = [f"{place}: {n} lines" for n, place in functions if n > LINES_IN_A_FUNCTION]
    complain(f"A function has at most {LINES_IN_A_FUNCTION} lines:", long)


def test_imports_name_their_module_in_full() -> None:
    relative = [
        f"{short(path)}:{node.lineno}"
        for path in FILES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    complain("Imports are absolute:", relative)


def test_modules_are_named_for_what_they_hold() -> None:
    names = {path.parent if path.name == "__init__.py" else path for path in FILES}
    vague = [short(path) for path in sorted(names) if VAGUE.fullmatch(path.stem.strip("_"))]
    complain("A module's name says what it holds:", vague)


def test_modules_say_what_they_are() -> None:
    silent = []
    for path in FILES:
        first, *_ = (ast.get_docstring(tree(path)) or "").splitlines() or [""]
        if not private(path.relative_to(SOURCE)) and not first.endswith("."):
            silent.append(f"{short(path)}: {first or 'no docstring'}")
    complain("A module's docstring begins with a sentence and its full stop:", silent)


def members(folder: Path) -> Iterator[str]:
    """The public modules and packages right in a folder."""
    for path in sorted(folder.iterdir()):
        is_module = path.suffix == ".py" or (path / "__init__.py").is_file()
        if is_module and not path.name.startswith("_"):
            yield path.stem


@pytest.mark.parametrize(
    "folder", [name for name in LISTS if SOURCE / name / "__init__.py" in FILES]
)
def test_every_file_is_listed(folder: str) -> None:
    face = SOURCE / folder / "__init__.py"
    package = ".".join(("texelnet", *Path(folder).parts))
    listed = {name for module, name, _ in imports(tree(face)) if module == package}
    listed |= {module.removeprefix(f"{package}.") for module, _, _ in imports(tree(face))}
    forgotten = [f"{short(face.parent)}/{name}" for name in members(face.parent)
                 if name not in listed]  # fmt: skip
    complain(f"{short(face)} imports every file beside it:", forgotten)


def exported(face: ast.Module) -> list[str] | None:
    """The names in `__all__`, or None when there is no such list."""
    for node in face.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return [str(name) for name in ast.literal_eval(node.value)]
    return None


def defined(face: ast.Module) -> Iterator[str]:
    """Names that a module gives itself, by def, class or assignment."""
    for node in face.body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=targets):
                yield from (ast.unparse(target) for target in targets)
            case ast.AnnAssign(target=target):
                yield ast.unparse(target)


@pytest.mark.parametrize("face", FACES, ids=short)
def test_a_face_exports_what_it_imports(face: Path) -> None:
    """What a face imports and does not use itself is for others, and so is what it defines."""
    module = tree(face)
    used = {node.id for node in ast.walk(module)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}  # fmt: skip
    brought = {bound for _, _, bound in imports(module)}
    own = set(defined(module))
    public = {name for name in own | (brought - used) if not name.startswith("_")}
    listed = set(exported(module) or ())
    complain(f"{short(face)}: __all__ lacks", sorted(public - listed))
    complain(f"{short(face)}: __all__ names what is not there", sorted(listed - own - brought))


@pytest.mark.parametrize(
    "script", [pytest.param(e, marks=TORCH.get(e.name, ()), id=short(e)) for e in EXAMPLES]
)
def test_examples_run(script: Path, tmp_path: Path) -> None:
    """In an empty folder; TEXELNET_QUICK=1 asks a long one for a small picture."""
    run = subprocess.run(
        [sys.executable, script, *ARGUMENTS.get(script.name, [])],
        cwd=tmp_path,
        env=os.environ | {"TEXELNET_QUICK": "1"},
        capture_output=True,
        text=True,
        timeout=SECONDS_FOR_AN_EXAMPLE,
    )
    if run.returncode:
        pytest.fail(f"{short(script)} failed:\n{run.stdout}{run.stderr}", pytrace=False)


def names() -> list[str]:
    """Every file that belongs to the repository, those not committed yet included."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    found = subprocess.run(listing, cwd=REPO, capture_output=True, text=True)
    if found.returncode:
        pytest.skip("this is no git checkout, so nothing says which files belong to it")
    return sorted(filter(None, found.stdout.split("\0")))


def test_nothing_was_left_at_the_top() -> None:
    complain("Not of the repository, or to be named in TOP:", sorted(
        {name.split("/")[0] for name in names()} - TOP
    ))  # fmt: skip


def texts() -> Iterator[tuple[Path, str]]:
    for name in names():
        content = (REPO / name).read_bytes() if (REPO / name).is_file() else b"\0"
        if b"\0" not in content:
            yield REPO / name, content.decode("utf-8", "replace")


def test_texts_stand_on_their_own() -> None:
    """A reader elsewhere has neither our machines nor our tickets."""
    offences = [
        f"{short(path)}:{len(text[: found.end()].splitlines())}: {what}: {found.group()}"
        for path, text in texts()
        for what, pattern in UNWANTED.items()
        for found in pattern.finditer(text)
    ]
    complain("The repository's texts hold nothing but themselves:", offences)
