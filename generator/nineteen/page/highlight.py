"""The pieces of a script's lines that a page shows in colours."""

import io
import keyword
import tokenize

# What a token is called in the style sheet; names that are not listed stay plain.
_KINDS = {
    "COMMENT": "comment",
    "NUMBER": "number",
    "STRING": "string",
    "FSTRING_START": "string",
    "FSTRING_MIDDLE": "string",
    "FSTRING_END": "string",
}


def highlighted(source: str) -> list[list[tuple[str, str]]]:
    """The source's lines as (kind, text) pieces, which joined give the line again.

    The kinds are comment, keyword, number, string and "" for all else.
    """
    text = source.splitlines()
    lines: list[list[tuple[str, str]]] = [[] for _ in text]
    ends = [0] * len(text)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        (row, start), (_, end) = token.start, token.end
        kind = (
            "keyword"
            if keyword.iskeyword(token.string)
            else _KINDS.get(tokenize.tok_name[token.type], "")
        )
        if kind:
            _append(lines[row - 1], "", text[row - 1][ends[row - 1] : start])
            _append(lines[row - 1], kind, text[row - 1][start:end])
            ends[row - 1] = end
    for line, end, whole in zip(lines, ends, text, strict=True):
        _append(line, "", whole[end:])
    return lines


def _append(line: list[tuple[str, str]], kind: str, text: str) -> None:
    if text:
        line.append((kind, text))
