"""Learn the weights of `tongchou.intake.themes`, and measure them on documents left out.

    python benchmarks/intake_themes.py [--afresh] [--write] [GOLD_DIR RAW_DIR]...

Trains on our own annotated documents and on any given folders of answers in the scorer's form with the raw files of the same names (../shared/gold/seeds
../shared/seeds). The weights that are shipped are where learning starts, so that what documents told that are no longer at hand is kept; --afresh starts
from nothing. Prints the F1 of key words alone and of the weights on documents that these were not learnt from (five parts, whole documents together);
--write puts the weights learnt from all of them into `lexicon/theme_weights.txt`. Only runs of two or three characters that stand in at least three
documents are kept: no names, no sentences. Needs numpy, which the package itself does not.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from intake_weights import ROOT, cases
from tests.intake.scoring import matches

from tongchou.intake import read
from tongchou.intake import themes as topics
from tongchou.intake.themes import BORDER, KEPT, SCALE, named, names, runs, shapes, strength

TARGET = ROOT / "src" / "tongchou" / "intake" / "lexicon" / "theme_weights.txt"
PARTS, DOCUMENTS, RIDGE, STEPS, RATE = 5, 3, 0.1, 200, 0.06
LEAST = 0.25
"""Smaller weights are not kept."""
THEMES = names()
Array = np.ndarray


@dataclass(frozen=True)
class Example:
    document: str
    shape: Array
    runs: frozenset[str]
    right: frozenset[str]
    by_words: frozenset[str]


@dataclass(frozen=True)
class Model:
    shape: Array
    constant: Array
    beside: Array
    runs: tuple[str, ...]
    worth: Array


def examples(name: str, data: bytes, gold: dict) -> list[Example]:
    """The instructions of a document that match annotated ones."""
    document = read(data, name)
    out = []
    pairs = matches([x["text"] for x in gold["items"]], [d.text for d in document.directives])
    for i, j in pairs:
        directive = document.directives[j]
        title = document.articles[directive.article].header.title or ""
        above = " ".join(directive.heading)
        out.append(
            Example(
                name,
                np.array(shapes(directive.text, title, above)),
                runs(directive.text),
                frozenset(filter(None, gold["items"][i]["themes"])),
                by_words(directive.text, title),
            )
        )
    return out


def by_words(text: str, title: str) -> frozenset[str]:
    """What key words alone tell."""
    worth = named(text, title)
    ranked = sorted(range(len(worth)), key=lambda n: -worth[n])[:3]
    if not worth[ranked[0]]:
        return frozenset({"organisation"})
    return frozenset(THEMES[n] for k, n in enumerate(ranked) if k == 0 or worth[n] >= max(KEPT * worth[ranked[0]], 1.0))


def shipped() -> Model | None:
    """The weights of the package."""
    if not TARGET.is_file():
        return None
    held = topics.weights()
    worth = np.zeros((len(held.runs), len(THEMES)))
    for n, pairs in enumerate(held.runs.values()):
        for theme, weight in pairs:
            worth[n, theme] = weight / SCALE
    beside = np.array(held.beside) / SCALE
    return Model(np.array(held.shape) / SCALE, np.array(held.constant) / SCALE, beside, tuple(held.runs), worth)


def matrix(rows: list[Example], kept: tuple[str, ...]) -> Array:
    place = {run: n for n, run in enumerate(kept)}
    x = np.zeros((len(rows), len(kept)), dtype=np.float32)
    for n, row in enumerate(rows):
        known = [place[run] for run in row.runs if run in place]
        x[n, known] = 1 / max(1.0, len(known) ** 0.5)
    return x


def strengths(rows: list[Example]) -> Array:
    return np.array([[strength(shape) for shape in row.shape] for row in rows], dtype=np.float32)


def learn(rows: list[Example], before: Model | None) -> Model:
    """Learn, leave out the runs that lean to nothing, and learn again with the others."""
    within: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for run in row.runs:
            within[run].add(row.document)
    kept = {run for run, documents in within.items() if len(documents) >= DOCUMENTS} | set(
        before.runs if before else ()
    )
    model = descend(rows, tuple(sorted(kept)), before)
    strong = np.abs(model.worth).max(axis=1) >= LEAST
    model = descend(rows, tuple(run for run, s in zip(model.runs, strong, strict=True) if s), before)
    return Model(
        model.shape, model.constant, model.beside, model.runs, np.where(np.abs(model.worth) >= LEAST, model.worth, 0.0)
    )


def descend(rows: list[Example], kept: tuple[str, ...], before: Model | None) -> Model:
    """One logistic regression for each theme, the figures of the key words weighed alike in all; a ridge draws the weights to those before."""
    f = np.stack([row.shape for row in rows]).astype(np.float32)
    x = np.concatenate([matrix(rows, kept), strengths(rows)], axis=1)
    y = np.array([[t in row.right for t in THEMES] for row in rows], dtype=np.float32)
    base = np.zeros((x.shape[1], len(THEMES)), dtype=np.float32)
    v, b = np.zeros(f.shape[2], dtype=np.float32), np.full(len(THEMES), -2.5, dtype=np.float32)
    if before is not None:
        known = {run: before.worth[n] for n, run in enumerate(before.runs)}
        base[: len(kept)] = [known.get(run, np.zeros(len(THEMES))) for run in kept]
        base[len(kept) :] = before.beside
        v, b = before.shape.astype(np.float32), before.constant.astype(np.float32)
    mean = b.copy()
    values = [v, b, base.copy()]
    first, second = [np.zeros_like(p) for p in values], [np.zeros_like(p) for p in values]
    for step in range(1, STEPS + 1):
        e = 1 / (1 + np.exp(-(f @ values[0] + values[1] + x @ values[2]))) - y
        slopes = [
            np.einsum("ntk,nt->k", f, e),
            e.sum(axis=0) + 0.5 * (values[1] - mean),
            x.T @ e + RIDGE * (values[2] - base),
        ]
        for n, slope in enumerate(slopes):
            slope = slope / len(rows)
            first[n] = 0.9 * first[n] + 0.1 * slope
            second[n] = 0.999 * second[n] + 0.001 * slope**2
            values[n] = values[n] - RATE * (first[n] / (1 - 0.9**step)) / (
                np.sqrt(second[n] / (1 - 0.999**step)) + 1e-8
            )
    return Model(values[0], values[1], values[2][len(kept) :], kept, values[2][: len(kept)])


def told(rows: list[Example], model: Model) -> list[frozenset[str]]:
    odds = np.stack([row.shape for row in rows]) @ model.shape + model.constant
    odds = odds + strengths(rows) @ model.beside + matrix(rows, model.runs) @ model.worth
    return [
        frozenset(THEMES[n] for k, n in enumerate(np.argsort(-line)[:3]) if k == 0 or line[n] > BORDER) for line in odds
    ]


def f1(rows: list[Example], found: list[frozenset[str]]) -> float:
    right = sum(len(row.right & x) for row, x in zip(rows, found, strict=True))
    return 2 * right / max(1, sum(len(row.right) + len(x) for row, x in zip(rows, found, strict=True)))


def left_out(rows: list[Example], before: Model | None) -> list[frozenset[str]]:
    """The themes of each example by weights learnt without its document (those before may know it)."""
    part = {name: n % PARTS for n, name in enumerate(sorted({row.document for row in rows}))}
    out: dict[int, frozenset[str]] = {}
    for k in range(PARTS):
        here = [n for n, row in enumerate(rows) if part[row.document] == k]
        model = learn([row for row in rows if part[row.document] != k], before)
        out |= dict(zip(here, told([rows[n] for n in here], model), strict=True))
    return [out[n] for n in range(len(rows))]


def write(model: Model) -> None:
    lines = [
        "// Weights of intake/themes.py, written by benchmarks/intake_themes.py: hundredths, then the runs of characters that have them.",
        "shape " + " ".join(str(round(x * SCALE)) for x in model.shape),
        *(f"constant {theme} {round(x * SCALE)}" for theme, x in zip(THEMES, model.constant, strict=True)),
    ]
    lines += [
        f"beside {theme} " + " ".join(str(round(x * SCALE)) for x in row)
        for theme, row in zip(THEMES, model.beside, strict=True)
    ]
    for n, theme in enumerate(THEMES):
        having: dict[int, list[str]] = defaultdict(list)
        for run, row in zip(model.runs, model.worth, strict=True):
            if scaled := round(row[n] * SCALE / 5) * 5:
                having[scaled].append(run)
        lines += [f"{theme} {worth} {' '.join(sorted(found))}" for worth, found in sorted(having.items())]
    TARGET.write_text("\n".join(lines) + "\n", "utf-8")


def main(arguments: list[str]) -> None:
    folders = [a for a in arguments if not a.startswith("--")]
    before = None if "--afresh" in arguments else shipped()
    rows = [row for case in cases(folders) for row in examples(*case)]
    print(f"{len({r.document for r in rows})} documents, {len(rows)} instructions")
    print(f"key words alone: F1 {f1(rows, [r.by_words for r in rows]):.3f}")
    found = left_out(rows, before)
    print(f"weights, documents left out: F1 {f1(rows, found):.3f}")
    for folder in dict.fromkeys(name for name in folders[::2]):
        names_of = {path.stem.removesuffix(".txt") + ".txt" for path in Path(folder).glob("*.json")}
        here = [n for n, r in enumerate(rows) if r.document in names_of]
        print(
            f"  of {folder}: key words {f1([rows[n] for n in here], [rows[n].by_words for n in here]):.3f}, "
            f"weights {f1([rows[n] for n in here], [found[n] for n in here]):.3f}"
        )
    if "--write" in arguments:
        write(learn(rows, before))


if __name__ == "__main__":
    main(sys.argv[1:])
