"""Learn the weights of `tongchou.intake.weighing`, and measure them on documents left out.

    python benchmarks/intake_weights.py [--afresh] [--write] [GOLD_DIR RAW_DIR]...

Trains on our own annotated documents and on any given folders of answers in the scorer's form with the raw files of the same names (../shared/gold/seeds
../shared/seeds). Learning starts from the weights that are shipped (the mean of what is believed before): some of the documents that they were learnt from
are no longer at hand, and what they told must not be lost; --afresh starts from nothing. Prints the error on documents that the weights were not learnt
from (ten parts, whole documents together); --write puts the weights learnt from all of them into `lexicon/weights.txt`. Only features seen in at least
three documents are added: runs of three characters at most, no names, no sentences. Needs numpy, which the package itself does not.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.intake.answers import answers  # noqa: E402
from tests.intake.scoring import OVERLAP, overlap, plain  # noqa: E402

from tongchou.intake import judge, read, weighing  # noqa: E402
from tongchou.intake.weighing import SCALE, features  # noqa: E402

TARGET = ROOT / "src" / "tongchou" / "intake" / "lexicon" / "weights.txt"
PARTS, DOCUMENTS, RIDGE = 10, 3, 0.1
Model = tuple[float, dict[str, float]]
NOTHING: Model = (0.0, {})


@dataclass(frozen=True)
class Example:
    """A sentence or segment as the extractor weighs it; right: an annotated instruction, or a part or the whole of one."""

    document: str
    features: frozenset[str]
    right: bool


def cases(folders: list[str]) -> list[tuple[str, bytes, dict]]:
    out = [(a.name, a.data, a.gold) for a in answers()]
    for gold, raw in zip(folders[::2], folders[1::2], strict=True):
        for path in sorted(Path(gold).glob("*.json")):
            record = json.loads(path.read_text("utf-8"))
            if "items" in record:
                name = record["doc"].removesuffix(".txt") + ".txt"
                out.append((name, (Path(raw) / name).read_bytes(), record))
    return out


def examples(name: str, data: bytes, gold: dict) -> list[Example]:
    """Every sentence under no ordinal that the extractor was asked about in this document."""
    seen: list[Example] = []
    wanted = [x["text"] for x in gold["items"]]
    folded = [plain(w) for w in wanted]

    def listening(verdict: judge.Verdict, text: str, asked: bool) -> judge.Verdict:
        said = plain(text)
        if len(said) >= 4:
            right = any(
                said in f or f in said or overlap(text, w) >= OVERLAP for f, w in zip(folded, wanted, strict=True)
            )
            seen.append(Example(name, features(text), right))
        return verdict

    weighing.settle = listening
    read(data, name)
    return seen


def shipped() -> Model:
    """The weights of the package."""
    constant, worth = weighing._weights()
    return constant / SCALE, {name: value / SCALE for name, value in worth.items()}


def learn(rows: list[Example], before: Model) -> Model:
    """Logistic regression, solved in the space of examples by Newton's steps; a ridge draws the weights to those before."""
    within: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for feature in row.features:
            within[feature].add(row.document)
    names = sorted({*before[1], *(f for f, documents in within.items() if len(documents) >= DOCUMENTS)})
    place = {f: n for n, f in enumerate(names)}
    x = np.zeros((len(rows), len(names)), dtype=np.float32)
    for n, row in enumerate(rows):
        known = [place[f] for f in row.features if f in place]
        x[n, known] = 1 / max(1.0, len(known) ** 0.5)
    y = np.array([row.right for row in rows], dtype=float)
    kernel = (x @ x.T).astype(float) + 1.0
    known = np.array([before[1].get(name, 0.0) for name in names])
    base = before[0] + x @ known
    a = np.zeros(len(rows))
    for _ in range(12):
        moved = kernel @ a
        p = 1 / (1 + np.exp(-(base + moved)))
        w = np.maximum(p * (1 - p), 1e-6)
        a = np.linalg.solve(kernel + RIDGE * np.diag(1 / w), moved + (y - p) / w)
    return before[0] + float(a.sum()), dict(zip(names, (known + x.T @ a).tolist(), strict=True))


def odds(row: Example, constant: float, worth: dict[str, float]) -> float:
    known = [worth[f] for f in row.features if f in worth]
    return constant + sum(known) / max(1.0, len(known) ** 0.5)


def left_out(rows: list[Example], before: Model) -> list[float]:
    """Log odds of each example by weights learnt without its document (those before may know it)."""
    documents = sorted({row.document for row in rows})
    part = {name: n % PARTS for n, name in enumerate(documents)}
    out = [0.0] * len(rows)
    for k in range(PARTS):
        model = learn([row for row in rows if part[row.document] != k], before)
        for n, row in enumerate(rows):
            if part[row.document] == k:
                out[n] = odds(row, *model)
    return out


def write(constant: float, worth: dict[str, float]) -> None:
    """The same weights share a line."""
    lines: dict[int, list[str]] = defaultdict(list)
    for name, value in worth.items():
        if scaled := round(value * SCALE / 20) * 20:
            lines[scaled].append(name)
    head = "// Weights of intake/weighing.py, written by benchmarks/intake_weights.py: thousandths, then the features that have them."
    rows = [f"{value} {' '.join(sorted(names))}" for value, names in sorted(lines.items())]
    TARGET.write_text("\n".join([head, f"{round(constant * SCALE)} constant", *rows]) + "\n", "utf-8")


def main(arguments: list[str]) -> None:
    folders = [a for a in arguments if not a.startswith("--")]
    before = NOTHING if "--afresh" in arguments else shipped()
    rows = [row for case in cases(folders) for row in examples(*case)]
    print(
        f"{len({r.document for r in rows})} documents, {len(rows)} sentences, {sum(r.right for r in rows)} instructions"
    )
    values = left_out(rows, before)
    for title, border in (("even odds", 0.0), ("DROP", weighing.DROP), ("ADD", weighing.ADD)):
        table = Counter((v > border, r.right) for v, r in zip(values, rows, strict=True))
        print(
            f"documents left out, border {border:+.1f} ({title}): taken rightly {table[True, True]}, wrongly {table[True, False]}; "
            f"left out rightly {table[False, False]}, wrongly {table[False, True]}"
        )
    if "--write" in arguments:
        write(*learn(rows, before))


if __name__ == "__main__":
    main(sys.argv[1:])
