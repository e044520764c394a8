"""The files of the playground's site: the page, this package, and what runs it in the browser."""

import hashlib
import importlib.metadata
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from nineteen import __version__
from nineteen.errors import UsageError
from nineteen.page.look import BITS, STRATEGIES
from nineteen.script.activations import ACTIVATIONS, SIGMOID
from nineteen.script.options import short
from nineteen.script.render import environment
from nineteen.script.templates import templates_folder
from nineteen.verbs.playground import bridge

PYODIDE = "https://cdn.jsdelivr.net/pyodide/v314.0.7/full/"
FIRST = "xor --batch mini"  # what the page shows first
MANIFEST = "site.json"

# The distributions that run in the page: those that render, and those that confirm the layout of a
# file that is kept.
RENDERING = ("jinja2", "markupsafe")
CONFIRMING = (
    "black",
    "click",
    "mypy-extensions",
    "packaging",
    "pathspec",
    "platformdirs",
    "pytokens",
)
# What the page takes from a folder with Pyodide, besides NumPy's wheel.
RUNTIME = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
LOCK = "pyodide-lock.json"


def site(pyodide: str = PYODIDE) -> dict[str, bytes]:
    """The site's files by name; `pyodide` is the address of Pyodide's folder, or a folder here.

    Raises UsageError for an address that is none, and a folder that lacks what the page needs.
    """
    if "://" in pyodide:
        address, numpy = _address(pyodide), "numpy"
        runtime: dict[str, bytes] = {}
    else:
        address = "pyodide/"
        runtime, numpy = _runtime(Path(pyodide))
    wheel = f"python/nineteen-{__version__}-py3-none-any.whl"
    files = {
        wheel: _zipped(dict(_own_wheel())),
        "python/rendering.zip": _zipped(dict(_packages(RENDERING))),
        "python/confirming.zip": _zipped(dict(_packages(CONFIRMING))),
        **runtime,
    }
    for path in sorted((templates_folder() / "playground").iterdir()):
        if path.is_file() and path.suffix != ".j2":
            files[path.name] = path.read_bytes()
    looks = dict(zip(("zero", "one"), BITS, strict=True)) | STRATEGIES
    shared = _filled("look.css.j2", looks=looks, strategies=STRATEGIES)
    files["style.css"] = shared + files["style.css"]
    kinds = {"activations": ACTIVATIONS, "default": SIGMOID}
    files["index.html"] = _filled("index.html.j2", policy=policy(address), **kinds)
    manifest = {
        "pyodide": address,
        "numpy": numpy,
        "wheel": wheel,
        "rendering": "python/rendering.zip",
        "confirming": "python/confirming.zip",
        "gates": bridge.gates(),
        "first": json.loads(bridge.answer(json.dumps({"ask": "script", "words": FIRST}))),
        "files": {name: digest(files[name]) for name in sorted(files)},
    }
    files[MANIFEST] = json.dumps(manifest, separators=(",", ":")).encode()
    return files


def digest(content: bytes) -> str:
    """What a file of a site is known by."""
    return hashlib.sha256(content).hexdigest()


def policy(address: str) -> str:
    """The Content-Security-Policy: nothing but the site itself and Pyodide's address.

    The page starts its worker from a blob, which makes the worker inherit this policy.
    """
    sources = f"'self' {address}" if "://" in address else "'self'"
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {sources} 'wasm-unsafe-eval'",
            f"connect-src {sources}",
            "worker-src 'self' blob:",
            "style-src 'self'",
            "img-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _filled(name: str, **values: Any) -> bytes:
    """A template of the playground, filled in."""
    return environment().get_template(f"playground/{name}").render(values).encode()


def _address(text: str) -> str:
    if not re.fullmatch(r"https?://[A-Za-z0-9.:-]+(/[A-Za-z0-9._~%@+-]+)*/?", text):
        raise UsageError(f"--pyodide {short(text)}: it is neither a folder nor an http address")
    return text if text.endswith("/") else f"{text}/"


def _runtime(folder: Path) -> tuple[dict[str, bytes], str]:
    """Pyodide's files for the site, and which of them is NumPy."""
    where = f"--pyodide {folder}"
    if not folder.is_dir():
        raise UsageError(
            f"{where}: there is no such folder; unpack Pyodide there, or give an address"
        )
    missing = [name for name in (*RUNTIME, LOCK) if not (folder / name).is_file()]
    if missing:
        raise UsageError(f"{where}: {missing[0]} is not there; unpack Pyodide's release there")
    try:
        info = json.loads((folder / LOCK).read_bytes())["info"]
        tag = f"cp{''.join(info['python'].split('.')[:2])}"
        pattern = f"numpy-*-{tag}-{tag}-*_{info['abi_version']}_wasm32.whl"
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UsageError(f"{where}: {LOCK} is not Pyodide's; unpack its release there") from None
    wheels = sorted(folder.glob(pattern))
    if not wheels:
        raise UsageError(f"{where}: {pattern} is not there; put NumPy's wheel for Pyodide there")
    paths = [*(folder / name for name in (*RUNTIME, LOCK)), wheels[-1]]
    return {
        f"pyodide/{path.name}": path.read_bytes() for path in paths
    }, f"pyodide/{wheels[-1].name}"


def _own_wheel() -> Iterator[tuple[str, bytes]]:
    """This package and its script templates, as the files of a wheel."""
    package = Path(__file__).parent.parent.parent
    for path in package.rglob("*.py"):
        yield f"nineteen/{path.relative_to(package).as_posix()}", path.read_bytes()
    templates = templates_folder()
    for path in [*templates.rglob("*.j2"), *templates.rglob("*.toml")]:
        yield f"nineteen/templates/{path.relative_to(templates).as_posix()}", path.read_bytes()
    home = f"nineteen-{__version__}.dist-info"
    about = f"Metadata-Version: 2.4\nName: nineteen\nVersion: {__version__}\n"
    wheel = "Wheel-Version: 1.0\nGenerator: nineteen\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    yield f"{home}/METADATA", about.encode()
    yield f"{home}/WHEEL", wheel.encode()


def _packages(distributions: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """The Python sources, data and licences of installed distributions; no compiled module.

    Those compiled by mypyc lie beside their sources, which do the same.
    """
    for name in distributions:
        try:
            files = importlib.metadata.files(name)
        except importlib.metadata.PackageNotFoundError:
            files = None
        if not files:
            raise UsageError(
                f"{name} is not installed by pip, so its files are not known: "
                "install nineteen into a virtual environment"
            )
        for path in files:
            if path.parts[0] != ".." and _belongs(path):
                yield path.as_posix(), Path(str(path.locate())).read_bytes()


def _belongs(path: PurePosixPath) -> bool:
    """Whether the page, or a reader of its licences, needs a distribution's file."""
    if path.parts[0].endswith(".dist-info"):
        return path.name == "METADATA" or "licenses" in path.parts
    return path.suffix in {".py", ".txt"} and path.parts[0] != "blackd"


def _zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip archive of the files, the same for the same files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name), files[name], zipfile.ZIP_DEFLATED, 9)
    return packed.getvalue()
