"""The options of the main command: argparse, and the words it turns into values."""

import argparse
import re
from collections.abc import Callable
from typing import NoReturn

from nineteen.errors import UsageError
from nineteen.script.spec import Activation, Batch

PROGRAM = "python -m generator"
BATCH_ALIASES = {"stochastic": "sgd", "minibatch": "mini", "mini-batch": "mini", "batch": "full"}


class Parser(argparse.ArgumentParser):
    """An argument parser that raises UsageError instead of printing and leaving."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{printable(message)} (see {self.prog} --help)")


def parser() -> Parser:
    """The parser of the main command: what to learn and how."""
    parser = Parser(prog=PROGRAM, allow_abbrev=False, add_help=False)
    _what(parser.add_argument_group("what to learn (one of these three)"))
    _how(parser.add_argument_group("how to learn it (measured defaults)"))
    return parser


def _what(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "gate",
        nargs="*",
        help="gate names, such as xor, and3 or full_adder; several are output columns",
    )
    group.add_argument(
        "--table",
        metavar="BITS",
        help="truth tables, row of zeros first: 0110 or 0x6996; columns with commas",
    )
    group.add_argument(
        "--expr", metavar="TEXT", help='expressions such as "a and (b != c)"; columns with commas'
    )
    group.add_argument(
        "--inputs",
        metavar="N",
        type=whole_number,
        help="number of inputs of and, or, xor, nand, nor, xnor, majority",
    )


def _how(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--hidden",
        metavar="SIZES",
        type=_sizes,
        help="units of the hidden layer, such as 4, or layers: 8,4",
    )
    group.add_argument(
        "--batch",
        metavar="KIND",
        type=_batch,
        default=Batch.FULL,
        help="sgd, mini or full (default full)",
    )
    group.add_argument(
        "--batch-size",
        metavar="K",
        type=whole_number,
        help="rows per update of mini (default a quarter of the rows)",
    )
    group.add_argument(
        "--activation",
        metavar="KIND",
        type=_activation,
        default=Activation.SIGMOID,
        help="hidden activation: sigmoid, tanh or relu (default sigmoid)",
    )
    group.add_argument("--lr", metavar="R", type=_number, help="learning rate")
    group.add_argument(
        "--epochs", metavar="E", type=whole_number, help="passes over the truth table"
    )
    group.add_argument(
        "--seed",
        metavar="S",
        type=whole_number,
        help="seed of the weights (default: the first of 0, 1, 2, … that learns)",
    )
    group.add_argument(
        "--show", metavar="loss", choices=["loss"], help="loss: print the loss as it falls"
    )
    group.add_argument(
        "--keep", action="store_true", help="write the script even if it does not learn"
    )


def printable(text: str) -> str:
    """Text that cannot disturb a terminal: control and other unprintable characters escaped."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def short(text: str) -> str:
    """User text for a message: quoted, at most 40 characters, control characters escaped."""
    return ascii(text if len(text) <= 40 else text[:37] + "...")


def whole_number(text: str) -> int:
    """A whole number from 0 on, for argparse."""
    if not re.fullmatch(r"[0-9]{1,12}", text):
        raise argparse.ArgumentTypeError(f"{short(text)} is not a whole number")
    return int(text)


def whole(least: int, most: int) -> Callable[[str], int]:
    """A reader of whole numbers from `least` to `most`, for argparse."""

    def read(text: str) -> int:
        if re.fullmatch(r"[0-9]{1,30}", text, re.ASCII) and least <= int(text) <= most:
            return int(text)
        raise argparse.ArgumentTypeError(
            f"{short(text)}: it has to be a whole number from {least:,} to {most:,}"
        )

    return read


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
    if text.lower() not in set(Activation):
        raise argparse.ArgumentTypeError(f"{short(text)} is not sigmoid, tanh or relu")
    return Activation(text.lower())
