"""What the playground's page asks for, JSON in and JSON out: the package's own functions."""

import json
import math
import shlex
import traceback
from collections.abc import Callable
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

from nineteen.errors import UsageError
from nineteen.page.highlight import highlighted
from nineteen.page.notebook import code_cell, markdown_cell, notebook
from nineteen.script.annotate import annotated
from nineteen.script.choices import canonical_choices, choose, command, file_stem, spec_of
from nineteen.script.gates import GATES, gate_of, names, table_of
from nineteen.script.make import SeedShare
from nineteen.script.options import decimal, printable
from nineteen.script.render import MAX_LINES, confirm, render
from nineteen.script.spec import Batch, ScriptSpec

Json = dict[str, Any]
Report = Callable[[str], None]


def answer(request: str, report: Report = lambda _: None) -> str:
    """The answer to a request, both JSON; {"error": one line, "option": what it is
    about} where the command line refuses.

    `request` is {"ask": name, …}: "script", "explain" and "strategies" take "words", the options
    after `python -m generator` as one text or as a list; "script" takes "before" as well, the
    source shown until now; "run" takes "words" and calls `report` with JSON while it trains;
    "seeds" takes "words" and "count"; "file" takes "words" and "format", py or ipynb.
    """
    asked = json.loads(request)
    try:
        spec = _spec(asked["words"])
        match asked["ask"]:
            case "script":
                result = script(spec, str(asked.get("before", "")))
            case "explain":
                result = {"lines": [line.meaning for line in annotated(spec)]}
            case "strategies":
                result = strategies(spec)
            case "run":
                result = train(spec, report)
            case "seeds":
                result = seeds(spec, int(asked["count"]))
            case "file":
                result = file(spec, str(asked["format"]))
            case _:
                raise UsageError("the page and its Python do not belong together: load it again")
    except UsageError as error:
        result = {"error": printable(str(error)), "option": error.option}
    return json.dumps(result, allow_nan=False)


def gates() -> list[Json]:
    """Every gate's name, number of inputs, columns and meaning, in the order of the list."""
    return [
        {
            "name": name,
            "inputs": table_of(name).inputs,
            "scalable": bool(GATES[name].rule),
            "columns": table_of(name).columns,
            "meaning": GATES[name].meaning,
        }
        for name in names()
    ]


def script(spec: ScriptSpec, before: str = "") -> Json:
    """The script of a spec, its lines as (kind, text) tokens, and what the page's controls show."""
    source = render(spec)
    lines = source.splitlines()
    given = canonical_choices(spec)
    return {
        "words": _words(spec),
        "command": command(spec),
        "source": source,
        "lines": highlighted(source),
        "limit": MAX_LINES,
        "changed": changed(before.splitlines(), lines) if before else [],
        "updates": spec.updates,
        "table": {
            "inputs": spec.input_names,
            "outputs": spec.output_names,
            "columns": spec.table.columns,
        },
        "gates": [gate_of(name).name for name in spec.gates],
        "expr": spec.expr,
        "values": {
            "hidden": ",".join(map(str, spec.hidden)),
            "batch": spec.batch,
            "batch_size": str(spec.batch_size),
            "activation": spec.activation.name,
            "lr": decimal(spec.lr),
            "epochs": str(spec.epochs),
            "seed": str(spec.seed),
            "show": spec.show_loss,
            "keep": spec.keep,
        },
        "chosen": [
            name
            for name in ("hidden", "batch_size", "lr", "epochs", "seed")
            if getattr(given, name) is not None
        ],
    }


def changed(before: list[str], after: list[str]) -> list[int]:
    """The indices of the lines of `after` that are new or different."""
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return [
        index
        for kind, _, _, first, last in matcher.get_opcodes()
        if kind != "equal"
        for index in range(first, last)
    ]


def strategies(spec: ScriptSpec) -> Json:
    """The same options for each of the three strategies: words, or the error that refuses them."""
    chosen = canonical_choices(spec)
    answers: list[Json] = []
    for batch in Batch:
        size = chosen.batch_size if batch is Batch.MINI else None
        try:
            own = spec_of(replace(chosen, batch=batch, batch_size=size))
            known = {"words": _words(own), "epochs": own.epochs, "updates": own.updates}
        except UsageError as error:
            known = {"error": printable(str(error))}
        answers.append({"batch": batch} | known)
    return {"strategies": answers}


def train(spec: ScriptSpec, report: Report) -> Json:
    """Run the unchanged script, observed, and judge what it printed.

    A training that runs out of time is ended, and judged so.
    """
    from nineteen.script.judge import TOLERANCE, judge
    from nineteen.script.run import SCRIPT, Ending, Run
    from nineteen.training.observe import observe
    from nineteen.training.seeds import advice
    from nineteen.verbs.playground.live import SECONDS, OutOfTimeError, Watch

    source = render(spec)
    watch = Watch(spec, lambda state: report(json.dumps(state, allow_nan=False)))
    try:
        printed = observe(source, watch.update)
        run = Run(printed, "", watch.finish(), Ending.FINISHED)
    except OutOfTimeError:
        run = Run("", "", SECONDS, Ending.TIMEOUT, limit=SECONDS)
    except Exception:
        told = traceback.format_exc().replace("<script>", SCRIPT)
        run = Run("", told, 0.0, Ending.CRASHED, exit_code=1)
    verdict = judge(run, spec.table, show_loss=spec.show_loss)
    return watch.state() | {
        "ok": verdict.ok,
        "status": verdict.status,
        "reason": printable(verdict.reason),
        "advice": [] if verdict.ok else advice(canonical_choices(spec)),
        "predictions": [
            [value if math.isfinite(value) else None for value in row]
            for row in verdict.predictions
        ],
        "close": [
            [abs(value - target) <= TOLERANCE for value, target in zip(*pair, strict=True)]
            for pair in zip(verdict.predictions, spec.table.targets(), strict=False)
        ],
        "seconds": run.seconds,
        "updates": spec.updates,
    }


def seeds(spec: ScriptSpec, count: int) -> Json:
    """With how many of the first seeds the script learns, side by side, and that in words."""
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
    meanings = [
        f"- `{line.text.strip()}`  \n  {line.meaning}" for line in annotated(spec) if line.text
    ]
    cells = [
        markdown_cell(f"# {file_stem(spec)}\n`{command(spec)}`"),
        code_cell(source.removesuffix("\n")),
        markdown_cell("\n".join(["## What each line means", *meanings, ""])),
    ]
    return notebook(cells)


def _spec(words: object) -> ScriptSpec:
    """The spec of words that are one text, or a list of them."""
    try:
        return spec_of(
            choose([*map(str, words)] if isinstance(words, list) else shlex.split(str(words)))
        )
    except UsageError:
        raise
    except ValueError as error:  # shlex's own
        raise UsageError(str(error)) from None


def _words(spec: ScriptSpec) -> str:
    """The canonical command without the program's name."""
    return canonical_choices(spec).line
