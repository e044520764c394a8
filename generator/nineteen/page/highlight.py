"""The pieces of a script's lines that a page shows in colours."""

import io
import keyword
import tokenize

# What a token is called in the style sheet, by how the name of its type begins; others stay plain.
_KINDS = {"COMMENT": "comment", "NUMBER": "number", "STRING": "string", "FSTRING": "string"}


def highlighted(source: str) -> list[list[tuple[str, str]]]:
    """The source's lines as (kind, text) pieces, which joined give the line again.

    The kinds are comment, keyword, number, string and "" for all else.
    """
    text = source.splitlines()
    lines: list[list[tuple[str, str]]] = [[] for _ in text]
    done = [0] * len(text)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        row, start, end = token.start[0] - 1, token.start[1], token.end[1]
        kind = _KINDS.get(tokenize.tok_name[token.type].partition("_")[0], "")
        if kind := "keyword" if keyword.iskeyword(token.string) else kind:
            lines[row] += [("", text[row][done[row] : start]), (kind, text[row][start:end])]
            done[row] = end
    for line, begin, whole in zip(lines, done, text, strict=True):
        line.append(("", whole[begin:]))
    return [[piece for piece in line if piece[1]] for line in lines]
