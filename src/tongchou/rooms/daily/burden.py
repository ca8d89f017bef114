"""What the daily report costs an enterprise: every figure of a report, or one tap; a park's table is the park's own work and is not counted."""

from tongchou.kernel.text import Text
from tongchou.record.questions.regular_reports import RegularReport, regular_report
from tongchou.rooms.daily.numbers import daily_rules


def _sql() -> str:
    n = {k: daily_rules()[k].value for k in ("report_fields", "report_minutes", "tap_fields", "tap_minutes")}
    return f"""select r.unit_id, r.day, case when r.unchanged then {n["tap_fields"]} else {n["report_fields"]} end,
        case when r.unchanged then {n["tap_minutes"]} else {n["report_minutes"]} end
        from daily_report r where r.via = 'own' and r.day >= %(first)s and r.day < %(last)s"""


regular_report(RegularReport("daily", Text("企业日报告", "Daily report of enterprises"), _sql))
