"""Documents that hold a script, written by hand for each way in which lessons hold code."""

import json
from collections.abc import Callable
from pathlib import Path

from nineteen.script.choices import read
from nineteen.script.render import render
from nineteen.script.templates import data
from nineteen.verbs.check.found_script import FoundScript, reading

XOR = render(read("# python -m generator xor --batch mini"))
AND = render(read("# python -m generator and --hidden 4 --epochs 150"))
DEEP = render(read("# python -m generator or --hidden 3,3 --seed 2"))

Page = Callable[[str], str]


def scripts_in(path: Path) -> list[FoundScript]:
    return list(reading(path).scripts)


def indent(text: str, by: str, blank: str = "") -> str:
    """Every line with `by` before it, an empty one with `blank`."""
    return "".join(
        (by if line.strip() else blank) + line for line in text.splitlines(keepends=True)
    )


def fence(source: str, info: str = "python", marks: str = "```") -> str:
    return f"{marks}{info}\n{source}{marks}\n"


def quote(text: str) -> str:
    return indent(text, "> ", ">")


def _between(text: str) -> str:
    return f"# Lesson\n\nBefore: é.\n\n{text}\nAfter.\n"


def _info(info: str) -> Page:
    return lambda source: _between(fence(source, info))


# The same page, whatever script it is given: so a page with the one script and a page with the
# other differ in the script only.
PAGES: dict[str, Page] = {
    **{f"info {info!r}": _info(info) for info in ("python", "py", "Python3", "", "python title=x")},
    "info braces": _info("{.python .numberLines}"),
    "info ipython": _info("ipython3"),
    "info with an id": _info('{#lst:xor .python caption="XOR"}'),
    "spaces before": lambda source: _between(indent(fence(source), "  ")),
    "tildes": lambda source: _between(fence(source, marks="~~~")),
    "long fence": lambda source: _between(fence(source, marks="``````")),
    "list item": lambda source: _between(f"- one:\n\n{indent(fence(source), '  ')}\n- two\n"),
    "first in a list item": lambda source: f"1. {indent(fence(source), '   ').lstrip()}",
    "list in a list": lambda source: f"- one\n  1. two\n\n{indent(fence(source), '     ')}",
    "tab in a list": lambda source: f"-\tone\n\n{indent(fence(source), chr(9))}",
    "quote": lambda source: _between(quote(fence(source))),
    "quote in a list": lambda source: f"- one\n\n{indent(quote(fence(source)), '  ')}",
    "list in a quote": lambda source: quote(f"- one\n\n{indent(fence(source), '  ')}"),
    "note of GitHub": lambda source: quote(f"[!NOTE]\nLook:\n\n{fence(source)}"),
    "tip of GitHub, tight": lambda source: quote(f"[!TIP]\n{fence(source)}"),
    "admonition": lambda source: f'!!! note "Title"\n\n{indent(fence(source), "    ")}\nEnd.\n',
    "admonition, tight": lambda source: f"!!! note\n{indent(fence(source), '    ')}",
    "after a paragraph": lambda source: f"Text.\n!!! note\n{indent(fence(source), '    ')}",
    "collapsible": lambda source: f"??? note\n\n    Text.\n\n{indent(fence(source), '    ')}",
    "open": lambda source: f"???+ note\n\n{indent(fence(source), '    ')}",
    "tab": lambda source: f'=== "Python"\n\n{indent(fence(source), "    ")}',
    "two tabs": lambda source: f'=== "A"\n\n    a\n\n=== "B"\n\n{indent(fence(source), "    ")}',
    "admonition in another": lambda source: (
        f"!!! note\n\n    ??? tip\n\n{indent(fence(source), ' ' * 8)}"
    ),
    "admonition in a list": lambda source: (
        f"- one\n\n    !!! note\n\n{indent(fence(source), ' ' * 8)}"
    ),
    "colons": lambda source: _between(f":::note\n{fence(source)}:::\n"),
    "colons with a title": lambda source: f"::: tip Title\n\n{fence(source)}\n:::\n",
    "colons and braces": lambda source: f":::{{note}}\n{fence(source)}:::\n",
    "directive": lambda source: _between(f"````{{note}}\n{fence(source)}````\n"),
    "directive in another": lambda source: (
        f"`````{{tip}}\n````{{note}} Title\n{fence(source)}````\n`````\n"
    ),
    "directive in a quote": lambda source: quote(f"````{{note}}\n{fence(source)}````\n"),
    "code directive": lambda source: f"```{{code-block}} python\n:linenos:\n{source}```\n",
    "code cell": lambda source: f"```{{code-cell}} ipython3\n---\ntags: [x]\n---\n{source}```\n",
    "plain code cell": lambda source: f"```{{code-cell}}\n{source}```\n",
    "details": lambda source: f"<details>\n\n{fence(source)}\n</details>\n",
    "indented code": lambda source: f"Text:\n\n{indent(source, '    ')}\nText.\n",
    "to the end of the page": lambda source: f"```python\n{source}",
    "to the end of a quote": lambda source: quote(f"```python\n{source}") + "\nText.\n",
    "no last line end": lambda source: f"```python\n{source}```",
    "front matter": lambda source: f"---\ntitle: x\n---\n\n{fence(source)}",
    "CRLF": lambda source: _between(fence(source)).replace("\n", "\r\n"),
    "CR": lambda source: _between(fence(source)).replace("\n", "\r"),
    "CRLF in the script only": lambda source: _between(fence(source.replace("\n", "\r\n"))),
    "byte order mark": lambda source: "\ufeff" + _between(fence(source)),
}

# What looks similar and is no script.
OTHERS: dict[str, str] = {
    "shell": _between(fence("# python -m generator xor\npython -m generator xor\n", "sh")),
    "console": _between(fence("$ cat x.py  # python -m generator xor\n", "console")),
    "braces": _between(fence("ls  # python -m generator xor\n", "{.bash}")),
    "another directive": _between(fence("ls  # python -m generator xor\n", "{code-block} sh")),
    "a comment alone": _between(fence("# python -m generator xor\nls\n", "")),
    "second line": _between(fence(f"import os\n{XOR}")),
    "prose": _between("Its first line ends with `# python -m generator xor`.\n"),
    "comment of HTML": _between(f"<!--\n{fence(XOR)}-->\n"),
    "no command": _between(fence("import numpy as np  # python -m generator\n")),
}


def notebook(source: str, lines: bool = True, **layout: object) -> str:
    """A notebook with a script in its third cell, dumped in the given layout."""
    text = source.removesuffix("\n").removesuffix("\r")
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": [fence(XOR)]},
        {"cell_type": "code", "metadata": {}, "outputs": [], "source": ["é = '\U0001f600'\n", "é"]},
        {
            "cell_type": "code",
            "execution_count": 1,
            "metadata": {"source": [XOR]},
            "outputs": [{"output_type": "stream", "name": "stdout", "text": [XOR]}],
            "source": text.splitlines(keepends=True) if lines else text,
        },
        {"source": "", "cell_type": "code", "metadata": {}, "outputs": []},
    ]
    whole = {"cells": cells, "metadata": {"x": [1, {"cells": []}]}, "nbformat": 4}
    return json.dumps(whole, **layout)  # type: ignore[arg-type]


LAYOUTS: dict[str, Page] = {
    "Jupyter": lambda source: notebook(source, indent=1, ensure_ascii=False) + "\n",
    "one text": lambda source: notebook(source, lines=False, indent=1),
    "compact": lambda source: notebook(source, separators=(",", ":")),
    "one line": lambda source: notebook(source),
    "wide": lambda source: notebook(source, indent=4, separators=(" , ", " : ")),
    "tabs": lambda source: notebook(source, indent="\t", sort_keys=True),
    "CRLF": lambda source: notebook(source, indent=1).replace("\n", "\r\n"),
    "CRLF in the cell": lambda source: notebook(source.replace("\n", "\r\n"), indent=1),
    "byte order mark": lambda source: "\ufeff" + notebook(source, indent=1),
    "last line ends": lambda source: notebook(source + "\n", indent=1),
}


def placed(text: str, source: str) -> str:
    """The text with the script in the place of @@; what is before that is before every line."""
    lines = []
    for line in text.splitlines():
        before, mark, after = line.partition("@@")
        lines += [f"{before}{own}".rstrip() for own in source.splitlines()] if mark else [line]
        assert not after
    return "\n".join(lines) + "\n"


def _way(row: dict[str, str]) -> Page:
    if row["file"].endswith(".ipynb"):
        return lambda source: notebook(placed(row["text"], source))
    return lambda source: placed(row["text"], source)


# The table of what is found, each as a page and the name of its file.
WAYS: dict[str, tuple[str, Page]] = {
    row["in"]: (row["file"], _way(row)) for row in data("check/formats.toml")["found"]
}
