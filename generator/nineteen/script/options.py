"""The options of the main command: one row each, argparse, and what was chosen."""

import argparse
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, NamedTuple, NoReturn

from nineteen.errors import UsageError
from nineteen.script.activations import ACTIVATIONS, SIGMOID, Activation, kinds
from nineteen.script.gates import GATES
from nineteen.script.spec import Batch

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
            self._refuse(str(error), str(error.argument_name or ""))
        if rest:
            known = [name for name in self._option_string_actions if name.startswith("--")]
            near = get_close_matches(rest[0].partition("=")[0], known, n=1)
            hint = f": did you mean {near[0]}?" if near else ""
            self._refuse(f"unknown option {short(rest[0])}{hint}")
        return options

    def error(self, message: str) -> NoReturn:
        self._refuse(message)

    def _refuse(self, message: str, option: str = "") -> NoReturn:
        raise UsageError(f"{printable(message)} (see {self.prog} --help)", option)


def printable(text: str) -> str:
    """Text that cannot disturb a terminal: control and other unprintable characters escaped."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def short(text: str) -> str:
    """User text for a message: quoted, at most 40 characters, control characters escaped."""
    return ascii(text if len(text) <= 40 else text[:37] + "...")


def whole(least: int, most: int) -> Callable[[str], int]:
    """A reader of whole numbers from `least` to `most`, for argparse."""

    def read(text: str) -> int:
        if re.fullmatch(r"[0-9]{1,30}", text, re.ASCII) and least <= int(text) <= most:
            return int(text)
        raise argparse.ArgumentTypeError(
            f"{short(text)}: it has to be a whole number from {least:,} to {most:,}"
        )

    return read


def _integer(text: str) -> int:
    """A whole number whose limits the spec knows, and names."""
    if not re.fullmatch(r"-?[0-9]{1,30}", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"{short(text)} is not a whole number")
    return int(text)


def _number(text: str) -> float:
    if not re.fullmatch(
        r"([0-9]{1,20}\.?[0-9]{0,20}|\.[0-9]{1,20})(e[+-]?[0-9]{1,3})?",
        text,
        re.ASCII | re.IGNORECASE,
    ):
        raise argparse.ArgumentTypeError(f"{short(text)} is not a positive number")
    return float(text)


def _sizes(text: str) -> tuple[int, ...]:
    if not re.fullmatch(r"[0-9]{1,6}(,[0-9]{1,6}){0,9}", text):
        raise argparse.ArgumentTypeError(
            f"{short(text)} is not a size such as 4, or sizes such as 8,4"
        )
    return tuple(map(int, text.split(",")))


def _batch(text: str) -> Batch:
    name = text.lower()
    if (name := BATCH_ALIASES.get(name, name)) not in set(Batch):
        raise argparse.ArgumentTypeError(f"{short(text)} is not sgd, mini or full")
    return Batch(name)


def _activation(text: str) -> Activation:
    if text.lower() not in ACTIVATIONS:
        raise argparse.ArgumentTypeError(f"{short(text)} is not {kinds()}")
    return ACTIVATIONS[text.lower()]


def _joined(sizes: Sequence[int]) -> str:
    return ",".join(map(str, sizes))


def decimal(value: float) -> str:
    """A learning rate as it is written: 1, 0.5, 1e-05."""
    return repr(float(value)).removesuffix(".0")


def _loss(text: str) -> str:
    if text != "loss":
        raise argparse.ArgumentTypeError(f"{short(text)} is not loss")
    return text


class Option(NamedTuple):
    """An option that decides the script: how it is read and written, its part of a file's name.

    One without a metavar is a flag. `stem` is "" where the file's name says nothing of it.
    """

    name: str
    metavar: str
    read: Callable[[str], Any]
    help: str
    write: Callable[[Any], str] = str
    stem: str = ""

    @property
    def field(self) -> str:
        """The name of its value in Choices, and in Python."""
        return self.name.removeprefix("--").replace("-", "_")


WHAT = (
    Option(
        "--table",
        "BITS",
        str,
        "truth tables, row of zeros first: 0110, 0x6996; columns with commas",
    ),
    Option("--expr", "TEXT", str, 'expressions such as "a and (b != c)"; columns with commas'),
    Option(
        *("--inputs", "N", _integer),
        f"number of inputs of {', '.join(gate.name for gate in GATES.values() if gate.rule)}",
    ),
)
# In the order of a command.
HOW = (
    Option(
        *("--hidden", "SIZES", _sizes, "units of the hidden layer, such as 4, or layers: 8,4"),
        write=_joined,
        stem="h{}",
    ),
    Option("--batch", "KIND", _batch, "sgd, mini or full (default full)"),
    Option(
        *("--batch-size", "K", _integer, "rows per update of mini (default a quarter of the rows)"),
        stem="k{}",
    ),
    Option(
        *("--activation", "KIND", _activation),
        f"hidden activation: {kinds()} (default {SIGMOID})",
        stem="{}",
    ),
    Option("--lr", "R", _number, "learning rate", write=decimal, stem="lr{}"),
    Option("--epochs", "E", _integer, "passes over the truth table", stem="e{}"),
    Option(
        "--seed",
        "S",
        _integer,
        "seed of the weights (default: the first that learns)",
    ),
    Option("--show", "loss", _loss, "loss: print the loss as it falls", stem="{}"),
    Option("--keep", "", bool, "write the script even if it does not learn", stem="keep"),
)


@dataclass(frozen=True)
class Choices:
    """What was chosen of the options that decide a script; None is left to the defaults."""

    gates: tuple[str, ...] = ()
    table: str | None = None
    expr: str | None = None
    inputs: int | None = None
    hidden: tuple[int, ...] | None = None
    batch: Batch | None = None
    batch_size: int | None = None
    activation: Activation | None = None
    lr: float | None = None
    epochs: int | None = None
    seed: int | None = None
    show: str | None = None
    keep: bool = False

    @property
    def given(self) -> list[tuple[Option, str]]:
        """Each chosen option with its value as it is written, in the order of a command."""
        values = [(option, getattr(self, option.field)) for option in (*WHAT, *HOW)]
        return [
            (option, option.write(value) if option.metavar else "")
            for option, value in values
            if value is not None and value is not False
        ]

    @property
    def words(self) -> tuple[str, ...]:
        """The words of a command line behind the program's name."""
        options = [(option.name, value) for option, value in self.given]
        return (*self.gates, *(word for pair in options for word in pair if word))

    @property
    def line(self) -> str:
        """The words as they are typed: what has spaces stands in quotes."""
        options = [
            f'{option.name} "{value}"' if option.name == "--expr" else f"{option.name} {value}"
            for option, value in self.given
        ]
        return " ".join([*self.gates, *map(str.strip, options)])


def parser() -> Parser:
    """The parser of the main command: what to learn and how."""
    whole_parser = Parser(prog=PROGRAM, add_help=False)
    what = whole_parser.add_argument_group("what to learn (one of these three)")
    what.add_argument(
        "gate",
        nargs="*",
        help="gate names, such as xor, and3 or full_adder; several are output columns",
    )
    how = whole_parser.add_argument_group("how to learn it (measured defaults)")
    for group, options in ((what, WHAT), (how, HOW)):
        for option in options:
            add(group, option)
    return whole_parser


def add(group: argparse._ActionsContainer, option: Option) -> None:
    """Add an option to a parser or a group of one."""
    if option.metavar:
        group.add_argument(option.name, metavar=option.metavar, type=option.read, help=option.help)
    else:
        group.add_argument(option.name, action="store_true", help=option.help)


def choices_of(options: argparse.Namespace) -> Choices:
    """What the parsed options of the main command, or of a verb that has them too, choose."""
    values = {option.field: getattr(options, option.field) for option in (*WHAT, *HOW)}
    gates = tuple(name for word in options.gate or () for name in word.split(","))
    return Choices(gates, **values)


def choose(words: Sequence[str]) -> Choices:
    """What the words of a command line choose. Raises UsageError."""
    return choices_of(parser().read(words))


def words_of(gates: Sequence[str], options: Mapping[str, object]) -> list[str]:
    """The words of a command line for gates and options given in Python: hidden=(8, 4).

    False and None leave an option out.
    """
    words = list(gates)
    for name, value in options.items():
        option = f"--{name.replace('_', '-')}"
        if value is True:
            words.append(option)
        elif value is not None and value is not False:
            several = isinstance(value, Sequence) and not isinstance(value, str)
            text = ",".join(map(str, value)) if several else str(value)  # type: ignore[call-overload]
            words.append(f"{option}={text}")
    return words
