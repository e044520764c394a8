"""A script's command in both directions: choices to ScriptSpec, and that to canonical text."""

import argparse
import hashlib
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nineteen.errors import UsageError
from nineteen.script.options import PROGRAM, Option, script_options, script_parser, written
from nineteen.script.spec import Activation, Batch, ScriptSpec, default_values
from nineteen.script.subject import check_learnable, subject_table
from nineteen.script.templates import data

# A command at the end of a line, however its user starts Python: `python3 -m`, `py -m`, `uv run`,
# `nineteen …`. What is put behind it, such as a `noqa` or `(lesson 3)`, is a note.
COMMAND = re.compile(
    r"# *(?:\$ ?)?(?:(?:uvx|(?:uv|pipx|poetry|pdm|pixi|hatch) run) )?"
    r"(?:py(?:thon)?[\d.]*(?:\.exe)?(?: -[\w.]+)? -m (?:generator|nineteen)|nineteen) (?P<words>.*)"
)
_NOTE = re.compile(r"[(\[\u2013\u2014]|<-|//|->")
# What the groups that check/as_written.toml finds mean, where they are no single whole number.
_SAID: dict[str, Callable[..., Any]] = {
    "noise": float,
    "hidden": lambda units: (int(units),),
    "epochs": lambda first, end: int(end) - int(first or 0),
}


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
    samples: int | None = None
    noise: float | None = None
    lr: float | None = None
    epochs: int | None = None
    seed: int | None = None
    show: str | None = None
    keep: bool = False

    @property
    def given(self) -> list[tuple[Option, str]]:
        """Each chosen option with its value as it is written, in the order of a command."""
        chosen, options = _chosen(vars(self)), script_options()
        return [(one, written(chosen[one.field])) for one in options if one.field in chosen]

    @property
    def line(self) -> str:
        """What is typed behind the program's name: expressions stand in quotes."""
        pairs = [(option.name, value) for option, value in self.given]
        words = [
            f'{name} "{value}"' if name == "--expr" else f"{name} {value}" for name, value in pairs
        ]
        return " ".join([*self.gates, *map(str.strip, words)])


def choices_of(options: argparse.Namespace) -> Choices:
    """What the parsed options of the main command, or of a verb that has them too, choose."""
    values = {one.field: getattr(options, one.field, None) for one in script_options()}
    gates = tuple(name for word in options.gate or () for name in word.split(","))
    return Choices(gates, **_chosen(values))


def _chosen(values: Mapping[str, Any]) -> dict[str, Any]:
    pairs = values.items()
    return {name: value for name, value in pairs if value is not None and value is not False}


def choose(words: Sequence[str]) -> Choices:
    """What the words of a command line choose. Raises UsageError."""
    return choices_of(script_parser().read(words))


def words_of(gates: Sequence[object], options: Mapping[str, object]) -> list[str]:
    """The words of a command line for gates and options in Python: hidden=(8, 4), keep=True."""
    words = list(map(str, gates))
    for name, value in _chosen(options).items():
        option = f"--{name.replace('_', '-')}"
        words.append(option if value is True else f"{option}={written(value)}")
    return words


def spec_of(choices: Choices) -> ScriptSpec:
    """The validated ScriptSpec of what was chosen, every default filled in; the seed's is 0."""
    table, names, text = subject_table(choices.gates, choices.table, choices.expr, choices.inputs)
    if choices.batch_size is not None and choices.batch is not Batch.MINI:
        reason = f"goes with --batch mini, not {choices.batch or Batch.FULL}"
        raise UsageError(f"--batch-size {reason}: leave it out or say mini", "--batch-size")
    if choices.noise is not None and choices.samples is None:
        raise UsageError("--noise goes with --samples: add --samples 1024", "--noise")
    chosen = _chosen(vars(choices))
    usual = default_values(table, chosen)
    values = {name: chosen.get(name, value) for name, value in usual.items()}
    if not choices.keep:
        check_learnable(table, values["hidden"], names, " (--keep makes the script all the same)")
    show_loss = choices.show == "loss"
    return ScriptSpec(table=table, show_loss=show_loss, gates=names, expr=text, **values)


def canonical_choices(spec: ScriptSpec) -> Choices:
    """What has to be chosen for a spec: only what differs from the defaults."""
    defaults = default_values(spec.table, vars(spec)).items()
    chosen = {name: getattr(spec, name) for name, usual in defaults if getattr(spec, name) != usual}
    if not spec.gates and not spec.expr:
        bits = list(spec.table.columns)
        if spec.table.predictions > 16:
            bits = [f"0x{int(column, 2):0{len(column) // 4}x}" for column in bits]
        chosen["table"] = ",".join(bits)
    show = "loss" if spec.show_loss else None
    return Choices(spec.gates, expr=spec.expr or None, show=show, **chosen)


def read(line: str) -> ScriptSpec:
    """The ScriptSpec of a first line, by today's defaults; UsageError where its command is none."""
    return spec_of(choose(command_words(line)))


def spec_as_written(line: str, source: str, every: bool = False) -> ScriptSpec:
    """The ScriptSpec of a script by its first line, and by its text where that line is silent.

    Defaults change, and older scripts stay right: the layer size, rate and epochs that the command
    does not name come from the text, and always the seed; with `every`, also those that it names.
    What the text does not say plainly has today's defaults. Raises UsageError as `read` does.
    """
    named, text = choose(command_words(line)), re.sub(" *#.*", "", source)
    said: dict[str, Any] = {"lr": _rate(text)}
    for name, pattern in data("check/as_written.toml")["plain"].items():
        if found := re.search(pattern, text, re.MULTILINE):
            said[name] = _SAID.get(name, int)(*found.groups())
    silent = {"seed"} | {name for name in said if every or getattr(named, name) is None}
    values = {name: value for name, value in said.items() if name in silent and value is not None}
    try:
        return spec_of(replace(named, **values))
    except UsageError:  # such as 0 epochs, which no command means
        return read(line)


def _rate(source: str) -> float | None:
    """The number that the first update is multiplied by; 1 where there is none."""
    patterns = data("check/as_written.toml")["rate"]
    update, rate = (re.search(patterns[one], source, re.MULTILINE) for one in ("update", "named"))
    if not update or update[2] == "/":
        return None
    if update[1] == "lr":
        follows = source[update.end() :].startswith(("layer", "step", "X"))
        return float(rate[1]) if rate and follows else None
    return float(update[1]) if re.fullmatch(patterns["number"], update[1] or "") else 1.0


def command_words(line: str) -> list[str]:
    """The words of the command on a first line, without a note; UsageError where there is none."""
    found = COMMAND.search(line)
    if not found:
        raise UsageError(f"no command on the first line: it should end with '# {PROGRAM} …'")
    try:
        words = shlex.split(found["words"], comments=True)
    except ValueError as error:
        raise UsageError(str(error)) from None
    notes = (i for i, word in enumerate(words) if _NOTE.match(word) and words[i - 1] != "--expr")
    return words[: next(notes, len(words))]


def command(spec: ScriptSpec) -> str:
    """The canonical command: only what differs from the defaults, in a fixed order."""
    return f"{PROGRAM} {canonical_choices(spec).line}"


def file_stem(spec: ScriptSpec) -> str:
    """The name of the script's file without its ending: an identifier, the seed left out."""
    subject = list(spec.gates) or [spec.table.name]
    stems = [option.stem.format(value) for option, value in canonical_choices(spec).given]
    parts = [re.sub(r"[^a-z0-9]", "_", stem.replace(",", "x")) for stem in stems if stem]
    return shorten("_".join([*subject, *parts, spec.batch]))


def shorten(stem: str, limit: int = 64) -> str:
    """A file's stem of at most `limit` characters; a longer one ends in a short hash of itself."""
    digest = hashlib.sha256(stem.encode()).hexdigest()[:8]
    return stem if len(stem) <= limit else f"{stem[: limit - 9]}_{digest}"
