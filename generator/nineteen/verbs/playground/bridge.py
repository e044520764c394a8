"""What the playground's page asks for, JSON in and JSON out: the package's own functions."""

import json
import shlex
from collections.abc import Callable
from math import isfinite
from typing import Any

from nineteen.errors import UsageError
from nineteen.page.document import code_cell, highlighted, markdown_cell, notebook
from nineteen.script.annotate import annotated
from nineteen.script.choices import canonical_choices, choose, command, file_stem, spec_of
from nineteen.script.gates import gate_of
from nineteen.script.make import SeedShare
from nineteen.script.options import printable, written
from nineteen.script.render import MAX_LINES, confirm, render
from nineteen.script.spec import ScriptSpec

Json = dict[str, Any]

PLAIN = ("batch", "batch_size", "epochs", "seed", "samples")
OPTIONAL = ("hidden", "batch_size", "noise", "lr", "epochs", "seed")
PRINTED = 20_000  # characters that the page shows of what a script prints


def answer(request: str, report: Callable[[str], None] = lambda _: None) -> str:
    """The answer to a request, both JSON; {"error": one line, "option": its name} where refused.

    `request` is {"ask": name, "words": words, …}: the name of a function in ANSWERS, the options
    after `python -m generator` as one text or as a list, and what else the function takes.
    "run" calls `report` with JSON while it trains.
    """
    asked = json.loads(request)
    try:
        name, spec = asked.pop("ask"), _spec(asked.pop("words"))
        if name == "run":
            asked["report"] = lambda state: report(json.dumps(state, allow_nan=False))
        if name not in ANSWERS:
            raise UsageError("the page and its Python do not belong together: load it again")
        result = ANSWERS[name](spec, **asked)
    except UsageError as error:
        result = {"error": printable(str(error)), "option": error.option}
    return json.dumps(result, allow_nan=False)


def script(spec: ScriptSpec, before: str = "") -> Json:
    """The script, its lines as (kind, text) tokens, their meanings, and what the controls show.

    `changed` are the places of the lines that differ from those of `before`.
    """
    source, chosen = render(spec), canonical_choices(spec)
    told: Json = {"words": chosen.line, "command": command(spec), "source": source}
    told |= {"lines": highlighted(source), "meanings": [line.meaning for line in annotated(spec)]}
    told |= {"updates": spec.updates, "rows": spec.rows, "expr": spec.expr, "limit": MAX_LINES}
    names = (*PLAIN, "lr", "noise", "hidden", "activation")
    shown: Json = {name: written(getattr(spec, name)) for name in names}
    table = {"inputs": spec.input_names, "outputs": spec.output_names}
    return told | {
        "changed": changed_lines(before, source) if before else [],
        "table": table | {"columns": spec.table.columns},
        "gates": [gate_of(name).name for name in spec.gates],
        "values": shown | {"show": spec.show_loss, "keep": spec.keep},
        "chosen": [name for name in OPTIONAL if getattr(chosen, name) is not None],
    }


def start(spec: ScriptSpec, source: str | None = None) -> Json:
    """X, y and the first weights of the script, or of an edited one, packed; None if unknown."""
    from nineteen.training.record import record
    from nineteen.training.snapshots import packed

    return {"start": packed(record(render(spec) if source is None else source, seconds=0).start)}


def train(spec: ScriptSpec, report: Callable[[Json], None], source: str | None = None) -> Json:
    """Run the script, or an edited one, recorded, and judge what it printed.

    A training that runs out of time is ended, and judged so.
    """
    from nineteen.script.judge import TOLERANCE, judge
    from nineteen.training.seeds import advice
    from nineteen.verbs.playground.live import Watch

    watch = Watch(spec, report)
    recording = watch.run(render(spec) if source is None else source)
    assert recording.run
    verdict = judge(recording.run, spec.table, show_loss=spec.show_loss)
    told = watch.state() | {"ok": verdict.ok, "status": verdict.status}
    told |= {"reason": printable(verdict.reason), "missing": printable(recording.missing)}
    told |= {"printed": recording.run.stdout[:PRINTED], "seconds": recording.run.seconds}
    pairs = zip(verdict.predictions, spec.table.targets(), strict=False)  # of none, or all
    return told | {
        "advice": [] if verdict.ok or source is not None else advice(canonical_choices(spec)),
        "predictions": [[v if isfinite(v) else None for v in row] for row in verdict.predictions],
        "close": [[abs(a - b) <= TOLERANCE for a, b in zip(*pair, strict=True)] for pair in pairs],
    }


def edited(spec: ScriptSpec, source: str) -> Json:
    """An edited script's lines as (kind, text) tokens, and which differ from the spec's own."""
    changed = changed_lines(render(spec), source)
    return {"source": source, "lines": highlighted(source), "changed": changed}


def honest(spec: ScriptSpec, source: str) -> Json:
    """What `check` says of an edited script: status, reason, and the line where it breaks off."""
    from nineteen.script.judge import Status
    from nineteen.training.examine import examine_here

    _, verdict, honesty = examine_here(source, spec)
    if verdict.status is Status.CRASHED:
        return {"status": "crashed", "reason": printable(verdict.reason), "line": verdict.line}
    return {"status": honesty.status, "reason": printable(honesty.reason), "line": None}


def seeds(spec: ScriptSpec, count: int) -> Json:
    """With which of the first seeds the script fails, side by side, and the share in words."""
    from nineteen.page.estimates import seeds_in_words
    from nineteen.training.seeds import failing_seeds

    share = SeedShare(count, tuple(failing_seeds(spec, range(count))))
    return {"tried": share.tried, "failed": share.failed, "words": seeds_in_words(share)}


def file(spec: ScriptSpec, format: str) -> Json:
    """The script, confirmed by black, as a file's name and text: format py or ipynb."""
    source = render(spec)
    confirm(source)
    text = source if format == "py" else script_notebook(spec, source)
    return {"name": f"{file_stem(spec)}.{format}", "text": text}


def script_notebook(spec: ScriptSpec, source: str) -> str:
    """A notebook: a heading, the script, and what each of its lines means."""
    lines = [line for line in annotated(spec) if line.text]
    meanings = [f"- `{line.text.strip()}`  \n  {line.meaning}" for line in lines]
    heading = markdown_cell(f"# {file_stem(spec)}\n`{command(spec)}`")
    end = markdown_cell("\n".join(["## What each line means", *meanings, ""]))
    return notebook([heading, code_cell(source.removesuffix("\n")), end])


def changed_lines(before: str, after: str) -> list[int]:
    """The places of the lines of `after` that are new or different."""
    from difflib import SequenceMatcher

    pair = before.splitlines(), after.splitlines()
    steps = SequenceMatcher(None, *pair, autojunk=False).get_opcodes()
    return [place for kind, *_, j, k in steps if kind != "equal" for place in range(j, k)]


def _spec(words: object) -> ScriptSpec:
    """The spec of words that are one text, or a list of them."""
    try:
        given = [*map(str, words)] if isinstance(words, list) else shlex.split(str(words))
    except ValueError as error:
        raise UsageError(str(error)) from None
    return spec_of(choose(given))


# What the page may ask for, by the name of the question.
_NAMED = (script, start, edited, honest, seeds, file)
ANSWERS: dict[str, Callable[..., Json]] = {each.__name__: each for each in _NAMED} | {"run": train}
