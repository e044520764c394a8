"""The options: a row each in templates/options.toml, read by argparse, and what was chosen."""

import argparse
import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any, NamedTuple, NoReturn

from nineteen.errors import UsageError
from nineteen.script.activations import ACTIVATIONS, Activation, kinds
from nineteen.script.gates import GATES
from nineteen.script.spec import MAX_SAMPLES, Batch
from nineteen.script.templates import data

PROGRAM = "python -m generator"
BATCH_ALIASES = {"stochastic": "sgd", "minibatch": "mini", "mini-batch": "mini", "batch": "full"}


class Parser(argparse.ArgumentParser):
    """An argument parser that raises UsageError instead of printing and leaving."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(allow_abbrev=False, exit_on_error=False, **settings)

    def read(self, argv: Sequence[str]) -> argparse.Namespace:
        """The options, which may stand before, between and behind the other words.

        Raises UsageError, for an unknown option with the nearest one.
        """
        try:
            options, rest = self.parse_known_intermixed_args(list(argv))
        except argparse.ArgumentError as error:
            self.error(str(error), str(error.argument_name or ""))
        if rest:
            known = [name for name in self._option_string_actions if name.startswith("--")]
            near = get_close_matches(rest[0].partition("=")[0], known, n=1)
            hint = f": did you mean {near[0]}?" if near else ""
            self.error(f"unknown option {short(rest[0])}{hint}")
        return options

    def error(self, message: str, option: str = "") -> NoReturn:
        """Raise UsageError, as argparse wants it of a parser that does not leave."""
        raise UsageError(f"{printable(message)} (see {self.prog} --help)", option)


def printable(text: str) -> str:
    """Text that cannot disturb a terminal: control and other unprintable characters escaped."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def short(text: str) -> str:
    """User text for a message: quoted, at most 40 characters, control characters escaped."""
    shown = ascii(text)
    return shown if len(shown) <= 42 else f"{shown[:38]}...{shown[0]}"


def whole(least: int, most: int) -> Callable[[str], int]:
    """A reader of whole numbers from `least` to `most`, for argparse."""

    def read(text: str) -> int:
        if re.fullmatch(r"[0-9]{1,30}", text, re.ASCII) and least <= int(text) <= most:
            return int(text)
        raise argparse.ArgumentTypeError(
            f"{short(text)}: it has to be a whole number from {least:,} to {most:,}"
        )

    return read


def _read_as(
    pattern: str, wanted: str, meaning: Callable[[str], Any] = str
) -> Callable[[str], Any]:
    """A reader of texts that match, in lower case; for argparse."""

    def read(text: str) -> Any:
        if re.fullmatch(pattern, text.lower(), re.ASCII):
            return meaning(text.lower())
        raise argparse.ArgumentTypeError(f"{short(text)} is not {wanted}")

    return read


def _batch_sizes(text: str) -> list[int]:
    try:
        return list(map(whole(1, MAX_SAMPLES), text.split(",")))
    except argparse.ArgumentTypeError as error:
        raise argparse.ArgumentTypeError(f"{error}; commas separate sizes: 1,2,4") from None


def _activation(text: str) -> Activation:
    if text.lower() not in ACTIVATIONS:
        raise argparse.ArgumentTypeError(f"{short(text)} is not {kinds()}")
    return ACTIVATIONS[text.lower()]


def decimal(value: float) -> str:
    """A learning rate as it is written: 1, 0.5, 1e-05."""
    return repr(float(value)).removesuffix(".0")


def seconds_of(text: str) -> float:
    """A time limit in seconds, above 0 and at most a day; for argparse."""
    seconds = float(text) if re.fullmatch(r"[0-9]{0,6}\.?[0-9]{0,9}", text) and text > "." else 0.0
    if not 0 < seconds <= 86_400:
        raise argparse.ArgumentTypeError(f"{short(text)} is not a number of seconds above 0")
    return seconds


# Whole numbers and rates have limits as well, which the spec knows, and names.
READERS: dict[str, Callable[[str], Any]] = {
    "text": str,
    "integer": _read_as(r"-?[0-9]{1,30}", "a whole number", int),
    "rate": _read_as(
        r"([0-9]{1,20}\.?[0-9]{0,20}|\.[0-9]{1,20})(e[+-]?[0-9]{1,3})?", "a positive number", float
    ),
    # With more decimals the line that draws the samples may be too wide.
    "noise": _read_as(
        r"[0-9]{1,20}(\.[0-9]{0,4})?|\.[0-9]{1,4}", "a number of at most 4 decimals", float
    ),
    "sizes": _read_as(
        r"[0-9]{1,6}(,[0-9]{1,6}){0,9}",
        "a size such as 4, or sizes such as 8,4",
        lambda text: tuple(map(int, text.split(","))),
    ),
    "batch sizes": _batch_sizes,
    "batch": _read_as(
        "|".join([*Batch, *BATCH_ALIASES]),
        "sgd, mini or full",
        lambda text: Batch(BATCH_ALIASES.get(text, text)),
    ),
    "activation": _activation,
    "loss": _read_as("loss", "loss"),
    "seconds": seconds_of,
}


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
    name: str, help: str, stem: str = "", short: str = "", read: str = "text", **settings: Any
) -> Option:
    least, most = settings.pop("least", None), settings.pop("most", 0)
    settings["help"] = help.format(
        scalable=", ".join(gate.name for gate in GATES.values() if gate.rule),
        activations=kinds(),
    )
    if settings.keys() & {"metavar", "nargs", "choices"}:
        settings["type"] = READERS[read] if least is None else whole(least, most)
    else:
        settings["action"] = "store_true"
    return Option(name, stem, [short, name] if short else [name], settings)


def rows(command: str) -> list[Option]:
    """The options of a command, those of the main command that it has too among them."""
    return [option for _, options in _groups(command) for option in options]


def command_parser(command: str, epilog: str | None = None) -> Parser:
    """The parser of a verb, or of the main command, which is "make"."""
    about = data("options.toml")[command]
    parser = Parser(
        prog=PROGRAM if command == "make" else f"{PROGRAM} {command}",
        description=about["about"],
        epilog=epilog or about.get("epilog"),
        formatter_class=argparse.RawDescriptionHelpFormatter if epilog else argparse.HelpFormatter,
    )
    return _with_options(parser, _groups(command))


Groups = list[tuple[str, list[Option]]]  # titles, and the options below them


def _with_options(parser: Parser, groups: Groups) -> Parser:
    for title, options in groups:
        place = parser.add_argument_group(title) if title else parser
        for option in options:
            place.add_argument(*option.flags, **option.settings)
    return parser


def _groups(command: str) -> Groups:
    groups = data("options.toml")[command].get("group", [])
    every = {} if command == "make" else {option.field: option for option in rows("make")}
    return [
        (
            group.get("title", ""),
            [every[name] for name in group.get("of_make", [])]
            + [_option(**row) for row in group.get("option", [])],
        )
        for group in groups
    ]


def written(value: object) -> str:
    """A value as it is written in a command."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ",".join(map(str, value))
    return decimal(value) if isinstance(value, float) else str(value)


@cache
def script_options() -> list[Option]:
    """The options that decide a script, in the order of a command."""
    what, how = (options for _, options in _groups("make")[:2])
    return [*what[1:], *how]


@cache
def script_parser() -> Parser:
    """A parser of the options that decide a script, and of no others."""
    return _with_options(Parser(prog=PROGRAM, add_help=False), _groups("make")[:2])
