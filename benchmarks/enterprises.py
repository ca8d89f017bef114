"""A register of enterprises and their staff imported from spreadsheets, every row accounted for, and clearance of all staff.

    python benchmarks/enterprises.py [ENTERPRISES] [STAFF] [csv|xlsx]

20,000 enterprises and 400,000 staff are invented and written to files (with some faulty rows in them), imported, imported again, and decided
for again after a change of grade. Wanted: both imports within 3 minutes on two cores; clearance of 400,000 within 10 s. Wall-clock time and
peak memory, one run, the server on the same machine.
"""

from __future__ import annotations

import csv
import io
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建文辉力永健世广志义兴良海山仁波宁贵福生龙元全国胜学祥才发武新利清飞彬"
INDUSTRIES = ("C1811", "C39", "F51", "F5212", "H62", "I65", "K7010", "L72", "O80", "G54")


def timed(what: str, run: Callable[[], Any]) -> Any:
    start, cpu = time.perf_counter(), time.process_time()
    out = run()
    used = time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{what:56} {time.perf_counter() - start:7.2f} s   ({used:.1f} s of it here on the CPU)   peak {peak} MiB", flush=True)
    return out


def enterprises(count: int, areas: list[str]) -> Iterator[list[Any]]:
    """Header and rows; every 500th has a wrong check digit."""
    from tongchou.kernel.codes import uscc_check

    rng = random.Random(1)
    yield ["统一社会信用代码", "企业名称", "区域编码", "行业代码", "从业人员", "营业收入（万元）", "资产总额（万元）", "主要产品", "供应商"]
    codes: list[str] = []
    for n in range(count):
        body = f"91990101MB{n:07}"
        code = body + uscc_check(body)
        partner = rng.choice(codes) + ":配件" if codes and n % 3 == 0 else "区外供应商:原料" if n % 7 == 0 else ""
        bad = n % 500 == 499
        if not bad:
            codes.append(code)
        shown = body + ("0" if code[-1] != "0" else "1") if bad else code
        yield [shown, f"清源第{n}制造有限公司", rng.choice(areas), INDUSTRIES[n % 10], rng.randint(3, 1500), rng.randint(10, 90_000),
               rng.randint(10, 90_000), "零部件", partner]  # fmt: skip


def staff(count: int, of: int, areas: list[str]) -> Iterator[list[Any]]:
    """Header and rows; every 1,000th has a wrong document, those of an enterprise that was refused are refused as well."""
    from tongchou.kernel.clock import SHANGHAI
    from tongchou.kernel.codes import uscc_check
    from tongchou.kernel.identifiers import check_digit

    rng, today = random.Random(2), datetime.now(SHANGHAI).date()
    yield [
        "统一社会信用代码", "姓名", "身份证号", "手机号", "岗位", "来源地", "计划返岗日期", "离开风险地区日期", "开始隔离日期", "核酸结果", "有无症状",
        "是否在高发地区", "体温",
    ]  # fmt: skip
    days = [(today - timedelta(days=d)).isoformat() for d in range(30)]
    for n in range(count):
        body = f"91990101MB{n % of:07}"
        place = "1001011970" if n < 336_000 else "1001021971"
        first = f"{place}{1 + n // 1000 % 12:02}{1 + n // 12000 % 28:02}{n % 1000:03}"
        digit = check_digit(first)
        if n % 1000 == 999:
            digit = "1" if digit != "1" else "2"
        risk = rng.choice(days) if n % 5 == 0 else ""
        yield [body + uscc_check(body), rng.choice(SURNAMES) + rng.choice(GIVEN) + rng.choice(GIVEN), first + digit, f"138{n:08}", "操作工", rng.choice(areas),
               rng.choice(days), risk, risk if n % 10 == 0 else "", rng.choice(["阴性", "", ""]), rng.choice(["无", "无", "无", ""]), rng.choice(["否", "否", ""]),
               rng.choice(["36.5", "正常", ""])]  # fmt: skip


def file_of(rows: Iterator[list[Any]], kind: str) -> bytes:
    if kind == "csv":
        out = io.StringIO(newline="")
        csv.writer(out).writerows(rows)
        return out.getvalue().encode("gb18030")
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("名单")
    for row in rows:
        sheet.append(row)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def main(units: int, people: int, kind: str) -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from django.utils import timezone
    from tests.cast import build

    from tongchou.kernel.ids import new_id
    from tongchou.record.access import SYSTEM
    from tongchou.record.act import act
    from tongchou.record.actions.enterprises_import import import_enterprises
    from tongchou.record.actions.staff_import import import_staff
    from tongchou.record.models import AreaGrade, Staff, Unit

    cast = build()
    areas = [cast.areas[a].code for a in ("spring", "reed")]
    register = timed(f"write {units:,} enterprises as {kind}", lambda: file_of(enterprises(units, areas), kind))
    roll = timed(f"write {people:,} staff as {kind}", lambda: file_of(staff(people, units, areas), kind))
    print(f"files: {len(register) >> 20} and {len(roll) >> 20} MiB")
    start = time.perf_counter()
    found = timed("import the enterprises", lambda: import_enterprises(SYSTEM, new_id(), register, f"register.{kind}"))
    print("   ", found.counts)
    found = timed("import the staff", lambda: import_staff(SYSTEM, new_id(), roll, f"staff.{kind}"))
    print("   ", found.counts)
    print(f"both imports together{time.perf_counter() - start:43.2f} s")
    assert found.counts["rows_in"] == people == found.counts["accepted"] + found.counts["rejected"]
    assert Unit.objects.filter(kind="enterprise", code__startswith="91990101MB").count() == units - units // 500
    assert Staff.objects.count() == found.counts["accepted"]
    found = None
    for level in ("low", "high", "high"):
        AreaGrade.objects.filter(area=cast.areas["district"]).delete()
        AreaGrade.objects.create(
            area=cast.areas["district"], grade=level, from_date=date(2020, 1, 1), known_from=timezone.now(), pack="covid-19", edition="e9", rule="r",
            proposal=new_id(),
        )  # fmt: skip
        done = timed(f"clearance of everybody, district {level}", lambda: act("staff.clear", SYSTEM, new_id(), {}).result)
        print("   ", {k: done[k] for k in ("looked_at", "changed", "outcomes")})
    found = timed("import the staff again", lambda: import_staff(SYSTEM, new_id(), roll, f"staff.{kind}"))
    print("   ", found.counts)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tongchou.config.settings"
    os.environ["TONGCHOU_HOME"] = tempfile.mkdtemp(prefix="tongchou-bench-")
    from tongchou import postgres

    with postgres.Server(Path(os.environ["TONGCHOU_HOME"]), print):
        import django

        django.setup()
        given = sys.argv[1:]
        main(int(given[0]) if given else 20_000, int(given[1]) if len(given) > 1 else 400_000, given[2] if len(given) > 2 else "csv")
