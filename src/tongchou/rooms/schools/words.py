"""What the room's values are called."""

from __future__ import annotations

from tongchou.kernel.text import Text

TITLE = Text("学校", "Schools")

LEVELS = {
    "kindergarten": Text("幼儿园", "kindergarten"),
    "primary": Text("小学", "primary school"),
    "middle": Text("初中", "middle school"),
    "nine_year": Text("九年一贯制学校", "nine-year school"),
    "high": Text("高中", "high school"),
    "secondary": Text("完全中学", "complete secondary school"),
    "vocational": Text("中等职业学校", "vocational school"),
    "special": Text("特殊教育学校", "special school"),
    "higher": Text("高等学校", "higher education"),
}
SPANS = {
    "kindergarten": (-3, -1), "primary": (1, 6), "middle": (7, 9), "nine_year": (1, 9), "high": (10, 12), "secondary": (7, 12),
    "vocational": (10, 12), "special": (1, 12), "higher": (13, 20),
}  # fmt: skip
"""First and last grade of a level."""
_NAMES = {
    -3: Text("小班", "K1"), -2: Text("中班", "K2"), -1: Text("大班", "K3"),
    7: Text("初一", "grade 7"), 8: Text("初二", "grade 8"), 9: Text("初三", "grade 9"),
    10: Text("高一", "grade 10"), 11: Text("高二", "grade 11"), 12: Text("高三", "grade 12"),
}  # fmt: skip
_DIGITS = "一二三四五六七八九"


def grade_name(grade: int) -> Text:
    """三年级, 初一, 大班, 大学一年级."""
    if grade in _NAMES:
        return _NAMES[grade]
    if grade > 12:
        return Text(f"大学{_DIGITS[grade - 13]}年级", f"year {grade - 12}")
    return Text(f"{_DIGITS[grade - 1]}年级", f"grade {grade}")


def class_name(grade: int, name: str) -> Text:
    """三年级2班, grade 3 class 2; a class that is no number keeps its own name."""
    shown, number = grade_name(grade), name.strip().removesuffix("班").strip("（()）")
    return Text(f"{shown.zh}{name}", f"{shown.en} class {number}" if number.isdecimal() else f"{shown.en} {name}")


def read_grade(text: str) -> int | None:
    """The grade that a table names: a number, or its name in either language; None for what is no grade."""
    plain = text.strip().removesuffix("（班）")
    for grade in (*range(-3, 0), *range(1, 21)):
        if plain in (
            str(grade),
            grade_name(grade).zh,
            grade_name(grade).en,
            f"{_DIGITS[grade - 1]}年级" if 0 < grade < 10 else str(grade),
        ):
            return grade
    return {"七年级": 7, "八年级": 8, "九年级": 9, "十年级": 10, "十一年级": 11, "十二年级": 12}.get(plain)


SYMPTOMS = {
    "fever": Text("发热", "fever"),
    "fever_cough": Text("发热（38℃及以上）伴咳嗽或咽痛", "fever of 38 °C or more with cough or sore throat"),
    "cough": Text("咳嗽", "cough"),
    "vomiting": Text("呕吐", "vomiting"),
    "diarrhoea": Text("腹泻", "diarrhoea"),
    "rash": Text("皮疹", "rash"),
    "red_eye": Text("红眼", "red eyes"),
    "parotid": Text("腮腺肿大", "swollen parotid glands"),
    "other_sign": Text("其他症状", "another symptom"),
}
DIAGNOSES = {
    "influenza": Text("流感（确诊）", "influenza (diagnosed)"),
    "norovirus": Text("诺如病毒（确诊）", "norovirus (diagnosed)"),
    "hand_foot_mouth": Text("手足口病", "hand, foot and mouth disease"),
    "chickenpox": Text("水痘", "chickenpox"),
    "mumps": Text("流行性腮腺炎", "mumps"),
    "scarlet_fever": Text("猩红热", "scarlet fever"),
    "measles": Text("麻疹", "measles"),
    "rubella": Text("风疹", "rubella"),
    "dysentery": Text("细菌性痢疾", "bacillary dysentery"),
    "dengue_local": Text("登革热", "dengue"),
}
SIGNS = SYMPTOMS | DIAGNOSES

SESSIONS = {"morning": Text("晨检", "morning check"), "noon": Text("午检", "noon check")}
PLANS = {"return": Text("错峰返校", "Return in turns"), "leave": Text("错峰放假", "Leave in turns")}

STATES = {
    "none": (Text("未申请开学", "not applied"), "", "help-circle"),
    "collecting": (Text("材料审核中", "being reviewed"), "info", "clock"),
    "open": (Text("已开学", "open"), "ok", "circle-check"),
    "refused": (Text("未同意开学", "refused"), "warn", "hand-stop"),
    "withdrawn": (Text("已撤回开学", "withdrawn"), "act", "alert-triangle"),
}
"""State of opening -> words, tone, icon."""

MEASURES = {
    "home_rest": Text("患病学生居家休息", "Sick pupils rest at home"),
    "disinfect": Text("教室和呕吐物消毒", "Disinfect classrooms and vomit"),
    "suspend_class": Text("班级停课", "Suspend the class"),
    "suspend_school": Text("全校停课", "Suspend the school"),
    "sampling": Text("采样检测", "Take samples"),
    "tell_parents": Text("告知家长", "Tell the parents"),
}
MEASURE_STATES = {
    "proposed": (Text("建议，待决定", "proposed, to be decided"), "info", "help-circle"),
    "ordered": (Text("已决定执行", "ordered"), "warn", "flag"),
    "declined": (Text("不予采纳", "declined"), "", "x"),
    "lifted": (Text("已解除", "lifted"), "ok", "circle-check"),
}
