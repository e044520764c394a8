"""The options: a row each in templates/options.toml, read by argparse, and what was chosen."""

import argparse
import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from math import inf
from shutil import get_terminal_size
from textwrap import fill
from typing import Any, NamedTuple, NoReturn

from nineteen.errors import UsageError
from nineteen.script.gates import GATES
from nineteen.script.spec import ACTIVATIONS, Batch, kinds
from nineteen.script.templates import data

PROGRAM = "python -m generator"
_BATCH_ALIASES = data("options.toml")["read"]["batch"]["aliases"].items()
BATCHES = {str(batch): batch for batch in Batch} | {a: Batch(name) for a, name in _BATCH_ALIASES}


class Parser(argparse.ArgumentParser):
    """An argument parser that raises UsageError instead of printing and leaving."""

    def __init__(self, refused: Sequence[Mapping[str, Any]] = (), **settings: Any) -> None:
        super().__init__(allow_abbrev=False, exit_on_error=False, **settings)
        self.refused = refused  # what does not go together: rows of templates/options.toml

    def read(self, argv: Sequence[str]) -> argparse.Namespace:
        """The options, wherever they stand among the words; UsageError names a near one."""
        try:
            options, rest = self.parse_known_intermixed_args(list(argv))
        except argparse.ArgumentError as error:
            self.error(str(error), str(error.argument_name or ""))
        if rest:
            known = [name for name in self._option_string_actions if name.startswith("--")]
            near = get_close_matches(rest[0].partition("=")[0], known, n=1, cutoff=0.75)
            hint = f": did you mean {near[0]}?" if near else ""
            kind = "option" if rest[0].startswith("-") else "word"
            self.error(f"unknown {kind} {short(rest[0])}{hint}")
        for row in self.refused:
            if all(_is(getattr(options, name), what) for name, what in row["when"].items()):
                raise UsageError(row["say"], row.get("option", ""))
        return options

    def error(self, message: str, option: str = "") -> NoReturn:
        """Raise UsageError, as argparse wants it of a parser that does not leave."""
        raise UsageError(f"{printable(message)} (see {self.prog} --help)", option)


def _is(value: Any, what: bool | list[Any]) -> bool:
    """Whether an option has one of these values; or was given, or not, as True and False want."""
    given = value is not None and value is not False
    return value in what if isinstance(what, list) else given == what


def printable(text: str) -> str:
    """Text that cannot disturb a terminal: control and other unprintable characters escaped."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def short(text: str) -> str:
    """User text for a message: quoted, at most 40 characters, control characters escaped."""
    shown = ascii(text)
    return shown if len(shown) <= 42 else f"{shown[:38]}...{shown[0]}"


def decimal(value: float) -> str:
    """A learning rate as it is written: 1, 0.5, 1e-05."""
    return repr(float(value)).removesuffix(".0")


def written(value: object) -> str:
    """A value as it is written in a command; a flag has none."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ",".join(map(str, value))
    return decimal(value) if isinstance(value, float) else "" if value is True else str(value)


# What the values of options mean; how they look is in the same rows of templates/options.toml.
_NAMED: dict[str, Mapping[str, Any]] = {"batch": BATCHES, "activation": ACTIVATIONS}
_MEANINGS: dict[str, Callable[[str], Any]] = dict.fromkeys(["rate", "noise", "seconds"], float)
_MEANINGS |= dict.fromkeys(["sizes", "batch sizes"], lambda text: tuple(map(int, text.split(","))))
_MEANINGS |= {"integer": int, "loss": str}
_MEANINGS |= {kind: named.__getitem__ for kind, named in _NAMED.items()}


def reader(kind: str, least: float = -inf, most: float = inf) -> Callable[[str], Any]:
    """A reader of the values of a kind, in lower case; for argparse."""

    def read(text: str) -> Any:
        look, named = data("options.toml")["read"].get(kind, {}), _NAMED.get(kind, {})
        if re.fullmatch(look.get("pattern") or "|".join(named), text.lower(), re.ASCII):
            value = _MEANINGS[kind](text.lower())
            if most == inf or least <= value <= most:
                return value
        wanted = f" is not {look.get('wanted') or kinds()}"
        if most < inf:
            wanted = f": it has to be a whole number from {least:,} to {most:,}"
        raise argparse.ArgumentTypeError(f"{short(text)}{wanted}")

    return read


class Option(NamedTuple):
    """A row of templates/options.toml: its part of a file's name, and what argparse wants of it."""

    name: str
    stem: str
    flags: list[str]
    settings: dict[str, Any]

    @property
    def field(self) -> str:
        """The name of its value in Choices, and in Python."""
        return self.name.removeprefix("--").replace("-", "_")


def _option(
    name: str, help: str, stem: str = "", short: str = "", read: str = "", **settings: Any
) -> Option:
    limits = [settings.pop(key) for key in ("least", "most") if key in settings]
    scalable = ", ".join(gate.name for gate in GATES.values() if gate.rule)
    settings["help"] = help.format(scalable=scalable, activations=kinds())
    if read or limits:
        settings["type"] = reader(read or "integer", *limits)
    elif not settings.keys() & {"metavar", "nargs", "choices"}:
        settings["action"] = "store_true"
    return Option(name, stem, [short, name] if short else [name], settings)


def command_parser(command: str, epilog: str | None = None) -> Parser:
    """The parser of a verb, or of the main command, which is "make"."""
    about, width = data("options.toml")[command], get_terminal_size().columns - 2
    parser = Parser(
        prog=PROGRAM if command == "make" else f"{PROGRAM} {command}",
        description=fill(about["about"].strip(), width),
        epilog=epilog or fill(about.get("epilog", "").strip(), width),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        refused=about.get("refuse", ()),
    )
    return _with_options(parser, _groups(command))


def _with_options(parser: Parser, groups: list[tuple[str, list[Option]]]) -> Parser:
    for title, options in groups:
        place = parser.add_argument_group(title) if title else parser
        for option in options:
            place.add_argument(*option.flags, **option.settings)
    return parser


def _groups(command: str) -> list[tuple[str, list[Option]]]:
    """The titles in the help of a command, and the options below each."""
    make = [] if command == "make" else [option for _, some in _groups("make") for option in some]
    named = {option.field: option for option in make}
    groups = []
    for group in data("options.toml")[command].get("group", []):
        shared = [named[name] for name in group.get("of_make", [])]
        own = [_option(**row) for row in group.get("option", [])]
        groups.append((group.get("title", ""), shared + own))
    return groups


@cache
def script_options() -> list[Option]:
    """The options that decide a script, in the order of a command."""
    what, how = (options for _, options in _groups("make")[:2])
    return [*what[1:], *how]


@cache
def script_parser() -> Parser:
    """A parser of the options that decide a script, and of no others."""
    return _with_options(Parser(prog=PROGRAM, add_help=False), _groups("make")[:2])
