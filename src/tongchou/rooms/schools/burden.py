"""What health checks cost a school: one sheet for each class and session."""

from tongchou.kernel.text import Text
from tongchou.record.questions.regular_reports import RegularReport, regular_report
from tongchou.rooms.schools.rules import school_rules


def _sql() -> str:
    fields, minutes = school_rules()["check_fields"].value, school_rules()["check_minutes"].value
    return f'''select c.school_id, c."on", {fields}, {minutes} from schools_check c where c."on" >= %(first)s and c."on" < %(last)s'''


regular_report(RegularReport("school_check", Text("学校晨午晚检", "Health checks of schools"), _sql))
