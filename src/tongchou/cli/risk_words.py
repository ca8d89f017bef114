"""The words in which `tongchou risk replay` reports, in both languages."""

from __future__ import annotations

_WORDS = {
    "intervals": ("区间表", "intervals"), "snapshots": ("快照", "snapshots"), "counts": ("县区计数", "counts by county"),
    "flags": ("县区标志", "flags by county"), "cases": ("病例表", "cases"), "areas": ("个区域", "areas"), "rows_in": ("共读入行数", "rows in"),
    "rows_used": ("采用", "used"), "left_out": ("未采用", "left out"), "line": ("行", "line"), "refused": ("未回放", "not replayed"),
    "nothing": ("没有找到可回放的文件（.csv、.tsv、.json）。", "No file to replay was found (.csv, .tsv, .json)."),
    "all": ("全部", "all"), "high": ("高", "high"), "medium": ("中", "medium"), "precision": ("准确率", "precision"), "recall": ("召回率", "recall"),
    "both": ("两者皆有", "both"), "rules_only": ("仅规则", "rules only"), "list_only": ("仅名单", "list only"),
    "lengths": ("区域在册时长", "lengths in areas"), "outcomes": ("按规则（区域日）", "by the rules (area-days)"), "notes": ("说明", "notes"),
    "shorter": ("短于规则", "shorter"), "as_ruled": ("与规则一致", "as ruled"), "longer": ("长于规则", "longer"),
    "still_listed": ("期末仍在册", "still listed"), "drawn_again": ("再次划定", "drawn again"),
    "wrong_number_of_fields": ("字段数与表头不符", "another number of fields than the header"), "no_area": ("没有区域名称", "no area"),
    "level_not_understood": ("等级写法不认识", "level not understood"), "low_not_compared": ("低风险，不参与比对", "low, not compared"),
    "low": ("低", "low"), "given": ("其中划定当日", "of these, days drawn"), "foreseen_precision": ("预见准确率", "foreseen precision"),
    "foreseen_recall": ("预见召回率", "foreseen recall"),
    "bad_date": ("日期无效", "no valid date"), "day_far_off": ("日期远离本表其他日期", "day far off the others"),
    "ends_before_it_begins": ("结束早于开始", "ends before it begins"), "less_than_a_day": ("在册不足一天", "listed for less than a day"),
    "same_row_again": ("与前面一行重复", "the same as an earlier row"), "bad_number": ("数字无效", "no valid number"),
    "another_number_for_that_day": ("同区域同日另有较大数字", "another, larger number for that area and day"),
    "areas_drawn_before_the_file_begins": ("首日已在册、不参与比对的区域", "areas drawn before the file begins, not compared"),
    "days_without_a_list": ("没有名单、不参与比对的日数", "days without a list, not compared"),
    "medium_days_after_it_was_abolished": ("取消中风险后仍列为中风险的区域日", "medium area-days after it was abolished"),
    "still_listed_rows": ("没有结束时间的行", "rows without an end"), "area_days_at_two_levels": ("同日列于两级的区域日", "area-days at two levels"),
    "rows_of_another_row_s_area_and_day": ("同区域同日、数字不同而并入的行", "rows of the same area and day with other numbers, joined"),
    "perhaps_renamed": ("可能更名的县区", "counties perhaps renamed"), "corrections_downwards": ("向下订正", "corrections downwards"),
    "grades_not_understood": ("实际等级写法不认识", "real grades not understood"), "area_days_without_a_report": ("没有报告的区域日", "area-days without a report"),
    "area_days_with_a_real_grade": ("有实际等级的区域日", "area-days with a real grade"), "area_days_undetermined": ("规则无法判定", "undetermined"),
    "area_days_equal": ("一致", "equal"), "undetermined": ("无法判定", "undetermined"), "none": ("不定级", "none"), "no_case": ("无病例", "no case"),
    "cases_outcomes": ("有病例", "cases"), "spread": ("暴发", "spread"), "lockdown": ("封控", "lockdown"), "control": ("管控", "control"),
    "prevention": ("防范", "prevention"),
}  # fmt: skip


def said(word: str, lang: str, otherwise: str = "") -> str:
    """A word of the report, or of `otherwise`; the word itself where there is none (a rule's or an edition's own name)."""
    pair = _WORDS.get(word) or _WORDS.get(otherwise)
    return (otherwise or word) if pair is None else pair[1] if lang == "en" else pair[0]
