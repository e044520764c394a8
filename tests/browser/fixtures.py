"""What the tests in a browser need and the project does not carry, fetched once: python fixtures.py

Pyodide, axe-core and puppeteer-core from npm, NumPy's wheel for Pyodide out of a wheel on PyPI;
each pinned by its hash, and kept in a folder of the user's cache.
"""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import NoReturn

# npm's packages, with the hash that the registry gives (SHA-512).
PYODIDE = (
    "pyodide@314.0.7",
    "0YvXxEhfEdpLfb/XkM2BFAeMROq0iMUX2bzzH9pOttyMcWkwq+HbE5uyuGD82LN7y2q+SNvi/6V5JEsOlD2R1A==",
)
AXE = (
    "axe-core@4.14.1",
    "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
)
GIFT = (
    "gift-pegjs@1.0.2",
    "S/A2wBDdia2QWKpB5FtASx1gguep1wg5If5glDWJgUMiABICJT7ogArGfsdgozevhBdbdOiHhrykJP86hbgvRw==",
)
# The last of those for Node 18; the packages that it needs are pinned in it.
PUPPETEER = (
    "puppeteer-core@24.39.0",
    "SzIxz76Kgu17HUIi57HOejPiN0JKa9VCd2GcPY1sAh6RA4BzGZarFQdOYIYrBdUVbtyH7CrDb9uhGEwVXK/YNA==",
)
# A wheel of PyPI that has NumPy for Pyodide inside, and that (SHA-256).
BUNDLE = (
    "open-webui==0.12.4",
    "02e9caba96234db3fa17a92e56163b3f7f2b8ca8227fa886b85c178d696483f6",
)
NUMPY = (
    "open_webui/frontend/pyodide/numpy-2.4.3-cp314-cp314-pyemscripten_2026_0_wasm32.whl",
    "0cad9c1b91f0082e4f959bc0e0bf5835a2efbba6ab3b1e9d1fe6e7e564cca98e",
)


def pyodide() -> Path:
    """The folder with Pyodide and NumPy's wheel for it.

    Raises OSError, subprocess.CalledProcessError or ValueError where it cannot be had.
    """
    folder = _cache() / "pyodide-314.0.7"
    if not folder.is_dir():
        with tempfile.TemporaryDirectory(dir=_cache()) as draft:
            _npm(*PYODIDE, Path(draft))
            _numpy(Path(draft, "package"))
            _keep(Path(draft, "package"), folder)
    return folder


def axe() -> str:
    """The source of axe-core; raises what `pyodide` raises."""
    path = _cache() / "axe-4.14.1.js"
    if not path.is_file():
        with tempfile.TemporaryDirectory(dir=_cache()) as draft:
            _npm(*AXE, Path(draft))
            _keep(Path(draft, "package", "axe.min.js"), path)
    return path.read_text(encoding="utf-8")


def gift() -> Path:
    """The module of Node that reads GIFT, questions for Moodle; raises what `pyodide` raises."""
    path = _cache() / "gift-pegjs-1.0.2.js"
    if not path.is_file():
        with tempfile.TemporaryDirectory(dir=_cache()) as draft:
            _npm(*GIFT, Path(draft))
            _keep(Path(draft, "package", "pegjs-gift.js"), path)
    return path


def puppeteer() -> Path:
    """The folder of puppeteer-core, with what it needs; raises what `pyodide` raises."""
    folder = _cache() / "puppeteer-24.39.0"
    if not folder.is_dir():
        with tempfile.TemporaryDirectory(dir=_cache()) as draft:
            _npm(*PUPPETEER, Path(draft))
            install = ["install", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"]
            _call([_npm_command(), *install, "--silent", "--prefix", f"{draft}/package"])
            _keep(Path(draft, "package"), folder)
    return folder


def unavailable(reason: str) -> NoReturn:
    """Skip the test with the reason; in CI, where everything has to be there, fail."""
    import pytest

    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def _keep(draft: Path, path: Path) -> None:
    """Move what is complete to its place, unless another process was quicker."""
    try:
        os.replace(draft, path)
    except OSError:
        if not path.exists():
            raise


def _cache() -> Path:
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "nineteen-test"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _npm(package: str, digest: str, folder: Path) -> None:
    """Unpack a package of npm; it becomes `folder`/package."""
    _call([_npm_command(), "pack", package, "--silent", "--pack-destination", str(folder)])
    [archive] = folder.glob("*.tgz")
    found = hashlib.sha512(archive.read_bytes()).digest()
    if base64.b64encode(found).decode() != digest:
        raise ValueError(f"{package} is not the one that the tests were made with")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")


def _npm_command() -> str:
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("npm is not installed")
    return npm


def _numpy(folder: Path) -> None:
    """Put NumPy's wheel for Pyodide into `folder`."""
    with tempfile.TemporaryDirectory() as draft:
        wanted = Path(draft, "requirements.txt")
        wanted.write_text(f"{BUNDLE[0]} --hash=sha256:{BUNDLE[1]}\n", encoding="utf-8")
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-cache-dir"]
        _call([*pip, "--only-binary", ":all:", "-d", draft, "-r", str(wanted)])
        [bundle] = Path(draft).glob("*.whl")
        with zipfile.ZipFile(bundle) as archive:
            wheel = archive.read(NUMPY[0])
    if hashlib.sha256(wheel).hexdigest() != NUMPY[1]:
        raise ValueError(f"{NUMPY[0]} is not the one that the tests were made with")
    (folder / Path(NUMPY[0]).name).write_bytes(wheel)


def _call(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=600)


if __name__ == "__main__":
    print(pyodide(), len(axe()), puppeteer())
