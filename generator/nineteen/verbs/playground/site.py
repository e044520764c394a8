"""The files of the playground's site: the page, this package, and what runs it in the browser."""

import hashlib
import importlib.metadata
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from nineteen.errors import UsageError
from nineteen.page.look import BITS, STRATEGIES
from nineteen.script.choices import canonical_choices, read
from nineteen.script.gates import GATES, names, table_of
from nineteen.script.options import PROGRAM, short
from nineteen.script.render import environment, render
from nineteen.script.spec import ACTIVATIONS, SIGMOID
from nineteen.script.templates import data, templates_folder
from nineteen.training.diagnosis import mistakes
from nineteen.verbs.playground import bridge

PYODIDE = "https://cdn.jsdelivr.net/pyodide/v314.0.7/full/"
_ADDRESS = r"https?://[A-Za-z0-9.:-]+(/[A-Za-z0-9._~%@+-]+)*/?"
MANIFEST = "site.json"
PARTS = "playground/site.toml"
LOCK = "pyodide-lock.json"


def site(pyodide: str = PYODIDE) -> dict[str, bytes]:
    """The site's files by name; `pyodide` is the address of Pyodide's folder, or a folder here.

    Raises UsageError for an address that is none, and a folder that lacks what the page needs.
    """
    remote = "://" in pyodide
    if remote and not re.fullmatch(_ADDRESS, pyodide):
        raise UsageError(f"--pyodide {short(pyodide)}: it is neither a folder nor an http address")
    address, numpy = (f"{pyodide.rstrip('/')}/", "numpy") if remote else ("pyodide/", "")
    packages = {name: _packages(them) for name, them in data(PARTS)["distributions"].items()}
    packages["nineteen"] = _own_package()
    files = {f"python/{name}.zip": _zipped(inside) for name, inside in packages.items()}
    for path in () if remote else _runtime(Path(pyodide)):
        numpy = f"{address}{path.name}"  # the last of them
        files[numpy] = path.read_bytes()
    for path in sorted((templates_folder() / "playground").iterdir()):
        if path.is_file() and path.suffix not in {".j2", ".toml"}:
            files[path.name] = path.read_bytes()
    starts = data("playground/starts.toml")["start"]
    values: bridge.Json = {
        "sources": f"'self' {address}" if remote else "'self'",
        "activations": ACTIVATIONS,
        "default": SIGMOID,
        "starts": starts,
        "gates": [(name, GATES[name], table_of(name)) for name in names()],
        "looks": {"zero": BITS[0], "one": BITS[1], **STRATEGIES},
        "strategies": STRATEGIES,
    }
    pages = map(environment().get_template, ("playground/index.html.j2", "playground/look.css.j2"))
    page, shared = (one.render(values).encode() for one in pages)
    files |= {"index.html": page, "style.css": shared + files["style.css"]}
    first = bridge.script(read(f"# {PROGRAM} {starts[0]['words']}"))
    manifest: bridge.Json = {"pyodide": address, "numpy": numpy, "bugs": _bugs(), "first": first}
    manifest["files"] = {name: digest(files[name]) for name in sorted(files)}
    files[MANIFEST] = json.dumps(manifest, separators=(",", ":")).encode()
    return files


def _bugs() -> list[bridge.Json]:
    """Scripts with one wrong line that learn in spite of it, as words and what is replaced."""
    found = []
    for mistake in mistakes():
        spec = read(f"# {PROGRAM} {mistake.command}")
        right, wrong = render(spec), mistake.made_in(render(spec))
        lines = bridge.changed_lines(right, wrong)
        one = len(lines) == len(bridge.changed_lines(wrong, right)) == 1 and lines != [0]
        if one and mistake.learns and mistake.sentence:
            found.append(bridge.Json(words=canonical_choices(spec).line, change=mistake.change))
    return found


def digest(content: bytes) -> str:
    """What a file of a site is known by."""
    return hashlib.sha256(content).hexdigest()


def _runtime(folder: Path) -> list[Path]:
    """Pyodide's files for the site, NumPy the last."""
    where = f"--pyodide {folder}"
    if not folder.is_dir():
        raise UsageError(f"{where}: no such folder; unpack Pyodide there, or give an address")
    paths = [folder / name for name in (*data(PARTS)["runtime"], LOCK)]
    if missing := [path.name for path in paths if not path.is_file()]:
        raise UsageError(f"{where}: {missing[0]} is not there; unpack Pyodide's release there")
    try:
        info = json.loads(paths[-1].read_bytes())["info"]
        tag = f"cp{''.join(info['python'].split('.')[:2])}"
        pattern = f"numpy-*-{tag}-{tag}-*_{info['abi_version']}_wasm32.whl"
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UsageError(f"{where}: {LOCK} is not Pyodide's; unpack its release there") from None
    wheels = sorted(folder.glob(pattern))
    if not wheels:
        raise UsageError(f"{where}: {pattern} is not there; put NumPy's wheel for Pyodide there")
    return [*paths, wheels[-1]]


def _own_package() -> Iterator[tuple[str, bytes]]:
    """This package and its templates, but those of the page."""
    package, templates = Path(__file__).parents[2], templates_folder()
    for path in package.rglob("*.py"):
        yield f"nineteen/{path.relative_to(package).as_posix()}", path.read_bytes()
    for path in [*templates.rglob("*.j2"), *templates.rglob("*.toml")]:
        yield f"nineteen/templates/{path.relative_to(templates).as_posix()}", path.read_bytes()


def _packages(distributions: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Sources, data and licences of what is installed; beside a compiled module is its source."""
    for name in distributions:
        files = next((one.files for one in importlib.metadata.distributions(name=name)), None)
        if not files:
            remedy = "install nineteen into a virtual environment"
            raise UsageError(f"{name} was not installed by pip: {remedy}")
        for path in files:
            if path.parts[0] != ".." and _belongs(path):
                yield path.as_posix(), Path(str(path.locate())).read_bytes()


def _belongs(path: PurePosixPath) -> bool:
    """Whether the page, or a reader of its licences, needs a distribution's file."""
    if path.parts[0].endswith(".dist-info"):
        return path.name == "METADATA" or "licenses" in path.parts
    return path.suffix in {".py", ".txt"} and path.parts[0] != "blackd"


def _zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    """A zip archive of the files, the same for the same files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in sorted(files):
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, 9)
    return packed.getvalue()
