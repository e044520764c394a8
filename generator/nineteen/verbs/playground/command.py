"""`playground`: the page to choose, see and run scripts in the browser, written or served."""

import json
import threading
import webbrowser
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from nineteen.errors import UsageError
from nineteen.script.files import check_folder, output_path, write_atomically
from nineteen.script.options import command_parser
from nineteen.script.templates import data
from nineteen.verbs.playground.site import MANIFEST, PARTS, PYODIDE, digest, site

PORT = 1919


def main(argv: list[str]) -> int:
    """Write the site into a folder, or serve it on this machine until interrupted; returns 0."""
    given = command_parser("playground").read(argv)
    pyodide = given.pyodide or PYODIDE
    if given.output is None:
        serve(site(pyodide), PORT if given.port is None else given.port)
        return 0
    folder = output_path(given.output, Path())
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"-o {folder}: it is not a folder; name another")
    check_folder(folder)
    if folder.is_dir() and any(folder.iterdir()) and not _earlier(folder):
        raise UsageError(f"-o {folder}: it holds other files; name an empty or a new folder")
    files = site(pyodide)
    write(folder, files)
    size = sum(map(len, files.values())) / 1e6
    if not given.quiet:
        print(f"{len(files)} files in {folder}, {size:.1f} MB: any web server can serve them")
    return 0


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put the files into `folder`, the page itself last, and remove those of an earlier site.

    What the earlier site does not know by its content is somebody else's, and stays.
    """
    old = _earlier(folder)
    for name in sorted(files, key=lambda name: (name == "index.html", name == MANIFEST, name)):
        write_atomically(folder / name, files[name])
    for path in old - {folder / name for name in files}:
        path.unlink(missing_ok=True)


def serve(files: Mapping[str, bytes], port: int) -> None:
    """Serve the files on this machine and open the browser there, until interrupted."""
    with server(files, port) as running:
        address = f"http://127.0.0.1:{running.server_port}/"
        print(f"the playground is at {address} (Ctrl-C ends it)", flush=True)
        # A thread, because a browser of the terminal stays until it is left.
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        try:
            running.serve_forever()
        except KeyboardInterrupt:
            print()


def server(files: Mapping[str, bytes], port: int) -> ThreadingHTTPServer:
    """A server of the files on 127.0.0.1, out of memory, bound to the port and not yet running.

    0 is any port. Raises UsageError where the port cannot be had.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = urlsplit(self.path).path.lstrip("/") or "index.html"
            if name not in files:
                self.send_error(404)
                return
            content, tag = files[name], f'"{digest(files[name])}"'
            known = self.headers["If-None-Match"] == tag  # the browser has it, and it is the same
            self.send_response(304 if known else 200)
            kind = data(PARTS)["types"].get(PurePosixPath(name).suffix, "application/zip")
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(0 if known else len(content)))
            self.send_header("ETag", tag)
            self.send_header("Cache-Control", "no-cache")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            self.wfile.write(b"" if known else content)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    try:
        return ThreadingHTTPServer(("127.0.0.1", port), Handler)
    except OSError as error:
        raise UsageError(f"--port {port}: {error}; name another with --port", "--port") from None


def _earlier(folder: Path) -> set[Path]:
    """The files that an earlier site put into `folder` and nobody has changed since."""
    try:
        known = json.loads((folder / MANIFEST).read_bytes())["files"]
        there = {name: folder / name for name in known if (folder / name).is_file()}
        paths = [path for name, path in there.items() if known[name] == digest(path.read_bytes())]
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    return {path for path in paths if path.resolve().is_relative_to(folder.resolve())}
