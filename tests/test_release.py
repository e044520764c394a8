"""The release: one version everywhere, and a CHANGELOG with every default that it changed."""

import re

import nineteen
from fresh import ROOT
from nineteen.script.spec import ACTIVATIONS, Batch, default_hidden, recipe

CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
RELEASE = re.search(r"^## ([0-9.]+), (\d{4}-\d\d-\d\d)\n(.*?)^## ", CHANGELOG, re.M | re.S)
BATCHES = {"full batch": [Batch.FULL], "mini-batches": [Batch.MINI], "one sample": [Batch.SGD]}
# The defaults of 0.1.0: hidden units, learning rate and epochs for 1 to 8 inputs, and exceptions.
OLD = {
    "sigmoid": "4 1 50, 8 1 100, 12 1 150, 16 .25 250, 64 .1 200, 64 .1 300, 128 .05 300, "
    "128 .05 400",
    "tanh": "4 .5 50, 8 .5 60, 12 .5 50, 16 .5 60, 32 .2 60, 64 .1 60, 128 .05 80, 128 .05 100",
    "relu": "16 .2 100, 16 .2 150, 16 .2 150, 32 .1 100, 32 .05 200, 64 .03 200, 128 .015 200, "
    "128 .02 200",
}
EXCEPTIONS = {
    ("sigmoid", 6, Batch.FULL): (64, 0.03, 600),
    ("sigmoid", 7, Batch.FULL): (128, 0.02, 800),
    ("sigmoid", 8, Batch.FULL): (128, 0.005, 3000),
    ("sigmoid", 8, Batch.MINI): (128, 0.02, 600),
    ("relu", 8, Batch.FULL): (128, 0.005, 800),
}


def read(text: str) -> tuple[int, float, int]:
    hidden, lr, epochs = re.split(r",? ", text)
    return int(hidden), float(lr), int(epochs)


def test_the_version_is_the_same_everywhere() -> None:
    assert RELEASE
    version, date, _ = RELEASE.groups()
    assert version == nineteen.__version__
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {version}\ndate-released: {date}\n" in citation
    assert re.findall(r"^## (.*)", CHANGELOG, re.M)[0] == f"{version}, {date}"


def test_the_changelog_has_every_changed_default_and_why() -> None:
    assert RELEASE
    rows = re.findall(
        r"^\| ([^|]*[1-8][^|]*) \| ([^|]*) \| ([^|]*) \| ([^|]*) \|$", RELEASE[3], re.M
    )
    told = {}
    for about, was, now, why in rows:
        assert "did not learn" in why
        activation = "relu" if "ReLU" in about else "sigmoid"
        chosen = next((BATCHES[name] for name in BATCHES if name in about), list(Batch))
        [inputs] = map(int, re.findall(r"[1-8]", about))
        told |= {(activation, inputs, batch): (read(was), read(now)) for batch in chosen}
    changed = {}
    for name, activation in ACTIVATIONS.items():
        for inputs, text in enumerate(OLD[name].split(", "), 1):
            for batch in Batch:
                was = EXCEPTIONS.get((name, inputs, batch), read(text))
                hidden = default_hidden(inputs, activation)
                now = (hidden[0], *recipe(inputs, hidden, batch, activation))
                if was != now:
                    changed[name, inputs, batch] = (was, now)
    assert told == changed
    assert len(changed) > 10
