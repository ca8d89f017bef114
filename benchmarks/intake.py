"""Intake: scores, what each group of rules is worth, and documents a minute.

    python benchmarks/intake.py [GOLD_DIR RAW_DIR]

Without arguments the documents of `tests/intake/documents` (our own texts) are scored; with a folder of answers in the scorer's form and one of raw
files of the same names, those as well. Each group of rules is then left out in turn. Speed: all documents again and again for five seconds on one
core, CPU time of the process.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.intake.answers import answers  # noqa: E402
from tests.intake.scoring import added, counts, f1, plain  # noqa: E402

from tongchou.intake import as_record, read  # noqa: E402
from tongchou.intake.reading import RULES  # noqa: E402

Case = tuple[str, bytes, dict]


def own() -> list[Case]:
    return [(a.name, a.data, a.gold) for a in answers()]


def given(gold: Path, raw: Path) -> list[Case]:
    out = []
    for path in sorted(gold.glob("*.json")):
        record = json.loads(path.read_text("utf-8"))
        out.append((record["doc"], (raw / record["doc"]).read_bytes(), record))
    return out


def score(cases: list[Case], without: frozenset[str] = frozenset()) -> dict[str, float]:
    """F1 by kind, and the share of characters that the cleaned text lacks or has too many (a bag of characters: quick, and near the edit distance)."""
    rows, wrong, size = [], 0, 0
    for name, data, gold in cases:
        found = as_record(read(data, name, without=without))
        rows.append(counts(gold, found))
        a, b = plain(gold["clean_text"]), plain(found["clean_text"])
        wrong += sum(abs(a.count(c) - b.count(c)) for c in set(a + b))
        size += len(a)
    out = {what: f1(total) for what, total in added(rows).items()}
    return out | {"characters": wrong / max(1, size)}


def ablations(cases: list[Case]) -> None:
    whole = score(cases)
    print(f"{'all rules':16}" + "".join(f"{k} {v:.3f}  " for k, v in whole.items()))
    for group in RULES:
        less = score(cases, frozenset({group}))
        print(
            f"without {group:16}"
            + "".join(
                f"{k} {less[k] - v:+.3f}  "
                for k, v in whole.items()
                if k in ("items", "units", "deadline", "speaker", "characters")
            )
        )


def speed(cases: list[Case]) -> None:
    for name, data, _ in cases:
        read(data, name)
    count, start = 0, time.process_time()
    while (spent := time.process_time() - start) < 5:
        for name, data, _ in cases:
            read(data, name)
        count += len(cases)
    size = sum(len(d) for _, d, _ in cases) / len(cases)
    print(f"{count * 60 / spent:,.0f} documents a minute on one core ({size:,.0f} bytes each on average)")


def main(arguments: list[str]) -> None:
    groups = {"own documents": own()}
    if len(arguments) == 2:
        groups["given documents"] = given(Path(arguments[0]), Path(arguments[1]))
    for title, cases in groups.items():
        print(f"== {title}: {len(cases)} documents, {sum(len(g['items']) for _, _, g in cases)} items")
        ablations(cases)
        speed(cases)


if __name__ == "__main__":
    main(sys.argv[1:])
