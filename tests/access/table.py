"""What each page and API operation opens: whose ids it takes, and how far its permission reaches. What is not listed fails the test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from tests.access.world import TOKEN_HOLDER, Place
from tests.rooms.plans.drill import LAW, PACK, TABLE

Form = Callable[[Place], dict[str, Any]]


@dataclass(frozen=True)
class Way:
    """ids: the place's ids that the address takes.

    reach: "area" the role's subtree; "directory" that, and the own area of a role that sees its unit only; "administration" the
    subtree, and everywhere for the three administrators; "all" everywhere; "ask" the subtree, and everywhere
    for a role that sees its unit only, as it may ask any unit for something; "party" only for those concerned: `party`, or nobody here; "either":
    by what the account has set up for itself, so that only what is shown is judged.
    form: what a POST sends so that it is refused, if at all, for its id. get: the query of a GET.
    get_scoped: the query, not the address, names the place. needs: a second permission, without which nothing is found.
    unreached: the reasons an act gives instead of "not found" where it is not reached. roles: who alone may, besides having the permission.
    widely: a directory permission with which a role that sees its unit only reaches its own area.
    """

    ids: tuple[str, ...] = ()
    reach: str = "all"
    form: Form = lambda place: {}
    get: Form = lambda place: {}
    get_scoped: bool = False
    party: str = ""
    needs: str = ""
    unreached: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    widely: str = ""


MAY_TASK = ("leader", "hq_officer", "dept_officer", "street_officer", "community_officer", "inspector", "duty_officer")
"""Who opens a task, by its kind."""
STATE_SEVERE = ("school_officer", "education_officer", "health_officer")
ELSEWHERE = ("not_holder", "not_in_custody", "not_found")
"""An unknown stay and one that another holds are told alike: not by this actor."""


def today() -> str:
    return timezone.localdate().isoformat()


def tomorrow() -> str:
    return (timezone.localdate() + timedelta(days=1)).isoformat()


def export(place: Place) -> dict[str, Any]:
    """A request to export one area's people."""
    return {"area": place.area.pk, "columns": ["name"], "purpose": "入户走访", "need": "须逐户上门核实，遮盖的名单不够用", "row_limit": 10, "valid_days": 2}


def team(place: Place) -> dict[str, Any]:
    """A special team led by one area's officer."""
    until = timezone.localdate() + timedelta(days=9)
    return {"name": "新专班", "purpose": "专项排查", "until": str(until), "lead": place.ids["account"]}


def ask(place: Place) -> dict[str, Any]:
    """A request for data to one area's unit."""
    return {
        "title": "新的数据需求", "purpose": "决定调拨", "basis": "会议", "new_fields": [{"title": "防护面罩数", "kind": "integer"}], "to": [place.unit.pk],
        "starts_on": "2099-01-01", "until": "2099-02-01",
    }  # fmt: skip


def sign_up(place: Place) -> dict[str, Any]:
    """From where and when somebody travels to one area's enterprise."""
    today = str(timezone.localdate())
    return {"origin": "贵州毕节", "first": today, "last": today, "to_unit": place.ids["enterprise"]}


def trip(place: Place) -> dict[str, Any]:
    """A trip to one area."""
    vehicle = {"plate": "贵A00001", "operator": "客运", "seats": 9, "driver": "师傅", "escort": "干部"}
    return {
        "origin": "贵州毕节", "area": place.area.pk, "unit": place.unit.pk, "departs_at": "2099-01-01T00:00:00Z", "arrives_at": "2099-01-02T00:00:00Z",
        "vehicles": [vehicle],
    }  # fmt: skip


def meeting(place: Place) -> dict[str, Any]:
    """What a meeting is called and when it is."""
    return {"kind": "topic", "title": "专题会议", "starts_at": "2098-01-01T01:00:00Z", "ends_at": "2098-01-01T02:00:00Z"}


PAGES: dict[str, Way] = {
    # signing in, one's own account: no ids, nobody else's data
    **{name: Way() for name in ("account_login", "account_logout", "sign_in_again", "password_change", "language", "settings", "token_new", "home", "kept_worker")},
    **{
        name: Way(reach="either")
        for name in (
            "mfa_authenticate", "mfa_reauthenticate", "account_reauthenticate", "mfa_index", "mfa_activate_totp", "mfa_deactivate_totp",
            "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_download_recovery_codes",
        )
    },
    "token_revoke": Way(("token",), "party", party=TOKEN_HOLDER),
    # lists and forms without an id: what they show is limited by what is asked of the record
    **{
        name: Way()
        for name in (
            "accounts", "account_new", "enterprise_accounts", "enterprise_accounts_import", "own_accounts", "own_account_new",
            "audit", "audit_refusals", "audit_verify", "custody", "custody_take_in", "figures", "people_import",
            "units_import", "territory_import", "kinds", "kind_new", "loop_new", "people_duplicates", "territory", "gaps", "units",
            "unit_new", "work", "work_filters", "work_selections", "unit_lookup", "issue", "duty", "duty_month", "duty_calendar", "duty_plan", "duty_log", "duty_unit",
            "audit_heads", "audit_exports", "exports", "favicon", "scores", "score_loops", "month",
            "matching", "match_new", "match_pool", "match_import", "match_runs", "match_run_new", "trips", "trip_new", "trip_sign_up", "my_trip",
            "service", "service_visits", "service_lookup", "service_visit_new", "service_topics", "service_case_new", "difficulties", "difficulty_new",
            "packs", "pack_draft", "plan_decide", "plan_preview", "plan_replay", "orders", "order_counts", "order_batch", "care_pass",
            "my_status", "notice_verify", "reversals", "reversal_new", "list_check", "audit_lists",
            "bulletins", "bulletin_new", "requests", "request_new", "answer_table", "data", "burden", "score_weights", "standings", "standing_new", "teams", "team_new",
            "directives", "directive_new", "meetings", "meetings_month", "meeting_new", "meeting_units",
            "supervision", "round_new", "visits", "coverage", "checklists", "supervision_worker", "lead_nav", "lead_new", "lead_substitute", "praise",
        )
    },
    **{
        name: Way()
        for name in (
            "farm", "farm_need_new", "farm_need_import", "farm_input", "farm_season_new", "farm_charge", "farm_propose", "farm_delivery_new",
            "farm_deliveries", "farm_stocks", "farm_sown", "farm_sown_report", "farm_sown_plan", "dealer", "dealer_stock", "dealer_deliveries",
            "produce", "produce_new",
        )
    },
    "relief": Way(),
    **{name: Way() for name in ("relief_files", "relief_proposals", "relief_lines", "relief_line")},
    **{
        name: Way(get=lambda p: {"household": p.ids["household"]}, reach="area", get_scoped=True)
        for name in ("relief_open", "relief_income")
    },
    "relief_dismiss": Way(),
    **{
        name: Way(("relief",), "area")
        for name in ("relief_file", "relief_measure", "relief_problem", "relief_propose", "relief_verify")
    },
    "relief_measure_end": Way(("relief", "relief_measure"), "area"),
    "relief_wish": Way(("relief", "person"), "area"),
    "relief_job": Way(("relief", "person"), "area"),
    "relief_job_end": Way(("relief", "job"), "area"),
    "farm_setup": Way(reach="either"),  # a POST is for the department in charge
    "farm_delivery": Way(("delivery",), "directory", lambda p: {"quantity": "2"}),
    "dealer_delivery": Way(("delivery",), "area", lambda p: {"quantity": "2"}),
    # the market is open to all who may see it; what is done to a lot is for its seller's side
    "produce_lot": Way(("produce",), get=lambda p: {}, reach="either"),
    "produce_offer": Way(("produce",)),
    "produce_spoiled": Way(("produce",), "area"),
    # policies: the catalogue is everybody's, with the counts of one's reach; an application's steps are for its two sides
    **{name: Way() for name in ("policies", "policy_catalogue", "policy_unasked", "policy_tell", "policy_applications", "policy_match", "policy_common")},
    "policy": Way(("policy",)),
    "policy_terms": Way(("policy",)),
    "policy_enterprise": Way(("enterprise",), "area"),
    "policy_answers": Way(("enterprise",), "area", lambda p: {"landlord": "private"}),
    "policy_contact": Way(("enterprise", "policy"), "area"),
    "policy_apply": Way(("enterprise", "policy"), "area"),
    "policy_application": Way(("policy_loop",), "area"),
    "policy_do": Way(("policy_loop", "policy_step"), "party"),
    "policy_letter": Way(("policy_loop", "policy_letter", "format"), "area"),
    "resumption_asked_letter": Way(("application", "asking", "format"), "area"),
    "policy_of_loop": Way(("loop",), "party"),
    # plans are the district's: whoever may see one sees all
    "pack": Way(("version",)),
    "pack_file": Way(("version",), form=lambda p: {"path": "README.md", "text": "x", "seen_revision": "1"}, get=lambda p: {"path": "pack.yaml"}),
    "pack_upload": Way(("version",)),
    "pack_download": Way(("version",)),
    "pack_act": Way(("version", "pack_step"), reach="either"),
    # decisions and orders: about people of one's area
    "plan_decision": Way(("decision",), "area"),
    "order": Way(("order",), "area"),
    "order_issue": Way(get=lambda p: {"decision": p.ids["decision"]}, reach="area", get_scoped=True),
    "order_notice": Way(("order",), "area"),
    "order_confirm": Way(("order",), "area", lambda p: {"agree": "yes"}),
    "order_release": Way(("order",), "area", lambda p: {"reason": "rule_met", "note": "解除"}),
    "order_renew": Way(("order",), "area"),
    "order_appeal": Way(("order",), "area", lambda p: {"detail": "日期有误"}),
    "order_run": Way(("bulk",), "area"),
    "order_run_issue": Way(("bulk",), "area"),
    "batch_confirm": Way(("batch",), "area", lambda p: {"agree": "yes"}),
    "reversal": Way(("reversal",), "area"),
    "reversal_answer": Way(("reversal",), "area", lambda p: {"agree": "no"}),
    "my_notice": Way(("order",), "party"),
    "my_appeal": Way(("order",), "party", lambda p: {"detail": "日期有误"}),
    # schools: those of one's area, and the school itself
    **{name: Way() for name in ("schools", "school_import")},
    "school_day": Way(get=lambda p: {"school": p.ids["school"]}, reach="area", get_scoped=True),
    **{
        name: Way(("school",), "area")
        for name in (
            "school", "school_edit", "school_class_new", "school_opening", "school_apply", "school_checks", "school_online", "school_online_days", "school_travels",
        )
    },
    **{name: Way(("school", "turns"), "area") for name in ("school_turns", "school_turns_plan")},
    **{name: Way(("school_class",), "area") for name in ("school_class", "school_travel")},
    "school_check": Way(("school_class", "check_day", "session"), "area"),
    "school_pupils": Way(("school",), "area"),
    "family": Way(),
    "family_class": Way(("school_class",)),
    "family_tell": Way(("school_class", "family_kind"), form=lambda p: {"pupil": "1", "place": "", "from_on": "2026-01-01"}),
    "family_take_back": Way(("family_word",), "party"),
    "school_words": Way(("school",), "area"),
    "school_word_take": Way(("family_word",), "area"),
    "school_notice": Way(("school",), "area"),
    "school_pupil_follow": Way(("pupil",), "area", lambda p: {"where": "home"}),
    "school_proof": Way(("opening", "item"), "area", roles=("school_officer", "education_officer")),
    "school_review": Way(("opening",), "area", lambda p: {"proof": p.ids["proof"], "met": "yes"}),
    "school_decide": Way(("opening",), "area"),
    "school_withdraw": Way(("opening",), "area"),
    "school_proof_file": Way(("opening", "proof"), "area"),
    "school_cluster": Way(("cluster",), "area"),
    "school_measure": Way(("cluster", "measure"), "area"),
    "school_measure_new": Way(("cluster",), "area", roles=("education_officer", "health_officer")),
    "school_severe": Way(("school",), "area", lambda p: {"disease": "influenza_like", "on": today(), "deaths": "0"}, roles=STATE_SEVERE),
    "school_cluster_end": Way(("cluster",), "area", lambda p: {"on": "2026-02-01", "reason": "无新发"}, roles=("education_officer", "health_officer")),
    # needs and offers: one's own, those of the area, and all of it for who matches; trips: those that serve one's area
    "match_entry": Way(("entry",), "area", widely="match.manage"),
    "match_change": Way(("entry",), "area", lambda p: {"seen_version": "1", "quantity": "5"}, widely="match.manage"),
    "match_withdraw": Way(("entry",), "area", lambda p: {"reason": "不要了"}, widely="match.manage"),
    "match_run": Way(("run",), "directory"),
    "match_run_act": Way(("run",), "directory", lambda p: {"act": "drop"}),
    "match_compare": Way(("run",), "directory", get=lambda p: {"with": p.ids["run"]}),
    "trip": Way(("trip",), "directory"),
    "trip_act": Way(("trip",), "directory", lambda p: {"act": "wait"}),
    "trip_manifest": Way(("trip",), "directory", lambda p: {"purpose": "transfer"}),
    "trip_vehicles": Way(("trip",), "area"),
    "trip_vehicle_drop": Way(("trip",), "area"),
    "trip_move": Way(("trip",), "area"),
    "trip_let_off": Way(("passenger",), "area", lambda p: {"reason": "不去了"}),
    "trip_assign": Way(reach="area", form=lambda p: {"area": p.area.pk}),
    "trip_board": Way(("trip",), "area", lambda p: {"passenger": p.ids["passenger"], "tenths": "36.5", "symptoms": "no", "code": "green"}),
    "trip_clear": Way(("passenger",), "area", lambda p: {"travel": "no", "note": "不能乘车"}),
    "trip_withdraw": Way(("passenger",), "area"),
    "trip_take_over": Way(("handover",), "party"),
    **{
        name: Way()
        for name in (
            "resumption", "resumption_new", "resumption_lookup", "resumption_list", "resumption_queue", "resumption_batches", "resumption_rules",
            "resumption_rate", "permit_list", "work_orders",
            "permit_register", "announced",
        )
    },
    **{
        f"resumption_{name}": Way(("application",), "area")
        for name in ("application", "fill", "submit", "withdraw", "site", "review", "ask", "decide", "why", "adjust")
    },
    "resumption_letter": Way(("application", "format"), "area"),
    "resumption_loop": Way(("loop",), "party"),
    "resumption_batch": Way(("lot",), "area"),
    "resumption_batch_change": Way(("lot",), "area", lambda p: {"application": p.ids["application"], "place": "1", "reason": "先办"}),
    "resumption_batch_decide": Way(("lot",), "area", lambda p: {"approve": "no", "reason": "取消"}),
    "resumption_rules_decide": Way(("rules",), form=lambda p: {"adopt": "yes"}),
    **{f"permit{name}": Way(("permit",), "area") for name in ("", "_suspend", "_resume", "_settle", "_withdraw", "_plate", "_renew")},
    **{f"permit_answer_{name}": Way(("permit",), "area") for name in ("renew", "restore", "adjust")},
    "work_order": Way(("work_order",), "area"),
    "work_order_lift": Way(("work_order",), "area", lambda p: {"reason": "整改到位"}),
    "work_order_ask": Way(("work_order",), "area", lambda p: {"how": "已经整改到位"}),
    "work_order_letter": Way(("work_order", "format"), "area"),
    "permit_ask": Way(("permit", "topic"), "area", lambda p: {"until": tomorrow(), "reason": "继续生产"}),
    "permit_leave": Way(("permit", "topic"), "area", lambda p: {"reason": "不再生产"}),
    "permit_loop": Way(("permit_loop",), "area"),
    "project_loop": Way(("project_loop",), "area"),
    "opening_loop": Way(("opening_loop",), "area"),
    "school_letter": Way(("opening", "format"), "area"),
    "permit_letter": Way(("permit", "event", "format"), "area"),
    "plate": Way(("permit",)),
    **{name: Way() for name in ("enterprises", "enterprises_import", "staff_import", "staff_return", "enterprise_own", "my_work", "staff_clear", "clearances")},
    "enterprise": Way(("enterprise",), "directory"),
    "enterprise_new": Way(form=lambda p: {"name": "新企业", "area": p.area.pk}, reach="area"),
    "enterprise_propose": Way(("enterprise",), "area", lambda p: {"name": "改名", "reason": "换照"}),
    "register_change": Way(("register_loop",), "area", needs="enterprise.edit"),
    "enterprise_change": Way(("enterprise",), "area", lambda p: {"name": "改名", "area": p.area.pk}),
    "supply_new": Way(("enterprise",), "area"),
    "supply_end": Way(("supply",), "area"),
    "supply_mark": Way(("supply",), "party", lambda p: {"critical": "yes"}),
    "supply_answer": Way(("supply",), "party"),
    "supply_vouch": Way(("supply",), "directory"),
    "supply_loop": Way(("supply_loop",), "directory", needs="enterprise.vouch"),
    "staff": Way(("enterprise",), "area"),
    "staff_file": Way(("staff",), "area"),
    "staff_new": Way(("enterprise",), "area", lambda p: {"name": "新人", "document": "100101198503174005"}),
    "staff_notice": Way(("staff",), "area"),
    "staff_notices": Way(("enterprise",), "area"),
    "my_work_notice": Way(("staff",), "party"),
    "staff_change": Way(("staff",), "area"),
    "staff_end": Way(("staff",), "area"),
    "my_work_correct": Way(("staff",), "party", lambda p: {"what": "日期不对"}),
    "projects": Way(),
    "projects_import": Way(),
    "project_new": Way(form=lambda p: {"name": "新项目", "kind": "other", "area": p.area.pk, "lead_unit": p.unit.pk, "invest": "1"}, reach="area"),
    # daily reports: an enterprise's own by its account alone, of which there is none here; the others within reach
    **{name: Way() for name in ("daily", "daily_overview", "daily_silent", "daily_reports", "fevers", "daily_import")},
    **{name: Way() for name in ("attendance_overview", "attendance_alarms", "my_attendance")},
    **{
        name: Way(reach="party", get=lambda p: {"unit": p.ids["enterprise"]}, get_scoped=True)
        for name in ("attendance", "attendance_import", "attendance_by_hand", "attendance_month", "attendance_gate", "attendance_leave", "attendance_badges")
    },
    "staff_lookup": Way(reach="area", get=lambda p: {"unit": p.ids["enterprise"], "who": "王"}, get_scoped=True),
    "attendance_sign": Way(("enterprise",), "party", lambda p: {"code": "AAAAAAAA", "direction": "in"}),
    "attendance_leave_end": Way(("leave",), "party", lambda p: {"withdraw": "1"}),
    "attendance_answer": Way(("alarm",), "party", lambda p: {"how": "explained", "note": "外勤"}),
    "attendance_fever": Way(("alarm",), "party"),
    "attendance_of_loop": Way(("loop",), "party"),
    **{name: Way() for name in ("progress", "progress_units", "progress_target", "chain", "chain_partner", "chain_open")},
    **{name: Way() for name in ("breaches", "signals_import", "spot_new", "spot_results")},
    "breach_new": Way(form=lambda p: {"enterprise": f"{p.name} 厂", "about": "no_right", "text": "夜间在生产，约三十人"}),
    "breach": Way(("loop",), "party"),
    "spot": Way(("spot",), "area"),
    "service_case_join": Way(("case",), "area", needs="loop.view"),
    "spot_record": Way(("spot", "enterprise"), "area", form=lambda p: {"result": "closed", "seen": "现场停业"}),
    "service_visit": Way(("visit_made",), "area"),
    "photo": Way(("photo_kind", "photo_of", "photo"), "area", needs="service.view"),
    "daily_same": Way(reach="party", form=lambda p: {"unit": p.ids["enterprise"], "day": today(), "seen": p.ids["report"]}),
    "daily_new": Way(reach="party", get=lambda p: {"unit": p.ids["enterprise"]}, get_scoped=True),
    "daily_correct": Way(("report",), "party", lambda p: {"at_work": 1}),
    "daily_unit": Way(("enterprise",), "directory"),
    "daily_excuse": Way(("enterprise",), "area"),
    "daily_excuse_end": Way(("enterprise",), "area"),
    "fever_new": Way(reach="party", get=lambda p: {"unit": p.ids["enterprise"]}, get_scoped=True),
    "fever": Way(("fever",), "party"),
    "progress_baseline": Way(reach="party", get=lambda p: {"unit": p.ids["enterprise"]}, get_scoped=True),
    "fever_second": Way(("fever",), "party", lambda p: {"second": "37.0"}),
    "fever_contacts": Way(("fever",), "party"),
    "project": Way(("project",), "area"),
    "project_change": Way(("project",), "area", lambda p: {"name": "改名", "kind": "other", "area": p.area.pk, "lead_unit": p.unit.pk, "invest": "1"}),
    "project_part_new": Way(("project",), "area"),
    "project_part": Way(("project", "part"), "area"),
    "project_report": Way(("project",), "area"),
    "project_state": Way(("project",), "area"),
    "project_visit": Way(("project",), "area"),
    "project_obstacle": Way(("project",), "area"),
    # documents: those of one's area; a draft is for those who draft and sign, here all are issued
    "bulletin": Way(("bulletin",), "directory"),
    "bulletin_file": Way(("bulletin", "format"), "directory"),
    "bulletin_receive": Way(("bulletin",), "directory"),
    "bulletin_edit": Way(("bulletin",), "area"),
    "bulletin_sign": Way(("bulletin",), "area", form=lambda p: {"seen_version": 1}),
    "bulletin_withdraw": Way(("bulletin",), "area", form=lambda p: {"reason": "数据有误"}),
    "score_adopt": Way(("edition",), form=lambda p: {"adopt": "yes"}),
    # data requests: of each place's own street, to its own street
    "request": Way(("request_id",), "area"),
    "request_by_loop": Way(("loop",), "party"),
    "request_decide": Way(("request_id", "answer"), "area"),
    "request_withdraw": Way(("request_id",), "area", lambda p: {"reason": "不再需要"}),
    "request_round": Way(("request_id", "round_id"), "area"),
    "request_remind": Way(("request_id", "round_id"), "area"),
    "answer": Way(get=lambda p: {"unit": p.unit.pk}, reach="area", get_scoped=True),
    "answer_loop": Way(("loop",), "area"),
    "data_entry": Way(("source", "entry_key")),
    # grades of areas: public; numbers, findings and proposals within reach
    **{name: Way() for name in ("risk", "risk_import", "risk_evaluate", "grades", "regime")},
    "risk_area": Way(("area",), "directory"),
    "risk_count": Way(reach="area", form=lambda p: {"area": p.area.pk, "day": "2022-07-05", "cases": "1", "source": "日报"}),
    "risk_finding": Way(("area",), "area", lambda p: {"finding": "controlled:yes", "day": "2022-07-05", "source": "流调"}),
    "risk_of_loop": Way(("grade_loop",), "directory"),
    "risk_submit": Way(("proposal",), "area"),
    "risk_approve": Way(("proposal",), "area", lambda p: {"document": "区指令"}),
    "risk_refuse": Way(("proposal",), "area", lambda p: {"note": "证据不足"}),
    # documents that were taken in, their directives; a task leads back to its sentence
    **{name: Way(("document",), "area") for name in ("directive_document", "directive_describe", "directive_file", "directive_read")},
    **{name: Way(("document",), "area") for name in ("directive_sheet", "directive_issue")},
    "directive_aside": Way(("document",), "area", lambda p: {"reason": "传错文件"}),
    "directive_decide": Way(("document",), "area", lambda p: {"number": 0, "take": "0"}),
    "directive_add": Way(("document",), "area", lambda p: {"quote": "没有的话"}),
    "directive_batch": Way(("bundle",), "area"),
    "directive_do": Way(("directive", "how"), "area", lambda p: {"seen_version": 1}),
    "directive_edit": Way(("directive",), "area", lambda p: {"seen_version": 1, "title": "新的名称", "text": "新的内容"}),
    "directive_split": Way(("directive",), "area", lambda p: {"seen_version": 1, "at": 1}),
    "directive_history": Way(("directive",), "area"),
    "directive_card": Way(("directive",), "area"),
    "loop_source": Way(("task",), "area"),
    # meetings: signing in and answering are for the units asked
    **{name: Way(("meeting",), "area") for name in ("meeting", "meeting_change", "meeting_ask", "meeting_import", "meeting_minutes", "meeting_calendar")},
    "meeting_to_document": Way(("meeting",), "area", roles=("hq_officer", "dept_officer", "street_officer")),
    "meeting_end": Way(("meeting", "end"), "area"),
    "meeting_mark": Way(("meeting",), "area", lambda p: {"attendance": p.ids["attendance"], "state": "leave", "reason": "出差"}),
    "meeting_venue": Way(("meeting", "venue"), "area"),
    "meeting_sign_in": Way(("meeting",), "party"),
    "meeting_answer": Way(("meeting",), "party", lambda p: {"coming": "yes"}),
    # supervision: visits of a group beyond the test, begun; rounds and cards are the group's own; checklists are the district's
    "visit": Way(("visit",), "area"),
    "visit_card": Way(("visit",), "party"),
    "visit_cancel": Way(("visit",), "area", lambda p: {"reason": "停产"}),
    "round": Way(("round",), "area", needs="supervision.oversee"),
    "round_add": Way(("round",), "area", needs="supervision.oversee", form=lambda p: {"checklist": "venue", "units": str(p.ids["unit"])}),
    "round_draw": Way(("round",), "area", needs="supervision.oversee", form=lambda p: {"checklist": "venue", "kinds": "street", "wanted": "1"}),
    "round_move": Way(("round",), "area", needs="supervision.oversee", form=lambda p: {"starts_on": "2026-12-01", "reason": "改期"}),
    "round_close": Way(("round",), "area", needs="supervision.oversee", form=lambda p: {"reason": "停产"}),
    "round_repeat": Way(("round",), "area", needs="supervision.oversee", form=lambda p: {"until": str(timezone.localdate() + timedelta(days=9))}),
    "daily_stop": Way(("daily",), "area", needs="supervision.oversee", form=lambda p: {"reason": "停产"}),
    "round_reassign": Way(("round",), "area", needs="supervision.oversee", form=lambda p: {"visits": str(p.ids["visit"]), "reason": "换人"}),
    "draw": Way(("draw",), "area", needs="supervision.oversee"),
    "checklist": Way(("checklist_key",)),
    "checklist_edit": Way(("checklist_key",)),
    "checklist_settle": Way(("checklist_key", "what"), "party", lambda p: {"edition": 99_999_999}),
    # leads: for the handling unit and the unit concerned, none of which is tried here
    "leads": Way(reach="either"),
    "lead": Way(("lead",), "party"),
    "lead_do": Way(("lead", "what"), "party"),
    "lead_by_loop": Way(("loop",), "party"),
    "lead_file": Way(("lead", "file"), "party"),
    "lead_of_loop": Way(("loop",), "area", lambda p: {"kind": "neglect", "text": "情况说明"}),
    "praise_unit": Way(reach="directory", form=lambda p: {"unit": p.ids["unit"]}),
    "praise_new": Way(("unit",), "directory", lambda p: {"deeds": "十个字以上的主要事迹说明"}),
    "people": Way(form=lambda p: {"text": p.personal["name"]}),
    "search": Way(get=lambda p: {"q": p.marker("标题")}, get_scoped=True),
    "person_new": Way(form=lambda p: {"name": "新人", "area": p.area.pk}, reach="area"),
    "responsibility_assign": Way(get=lambda p: {"area": p.area.pk}, reach="area", get_scoped=True),
    "custody_offer": Way(get=lambda p: {"pick": p.ids["custody"]}, get_scoped=True),
    "custody_let_out": Way(get=lambda p: {"pick": p.ids["custody"]}, get_scoped=True),
    "custody_lost": Way(get=lambda p: {"pick": p.ids["custody"]}, get_scoped=True),
    "custody_found": Way(get=lambda p: {"pick": p.ids["custody"]}, get_scoped=True),
    "work_bulk": Way(),
    "work_selection": Way(("selection",), "party"),  # one's own; each place's officer has one
    "kind": Way(("key",)),
    "kind_retire": Way(("key",)),
    # loops
    "loop": Way(("loop",), "area"),
    "loop_step": Way(("loop", "step"), "area"),
    "loop_more": Way(("loop", "what"), "area", lambda p: {"note": "补充"}),
    "file": Way(("loop", "file"), "area"),
    "loop_tree": Way(("loop",), "area"),
    "tree_remind": Way(("loop", "remind"), "area"),
    # standing tasks of each place's own street; its team
    "standing": Way(("standing_id",), "area"),
    "standing_set": Way(("standing_id",), "area", lambda p: {"state": "paused", "reason": "暂缓"}),
    "standing_call": Way(("standing_id",), "area", lambda p: {"note": "突发"}),
    "team": Way(("team_id",), "directory"),
    "team_change": Way(("team_id", "change_team"), "area", lambda p: {"account": p.ids["account"]}),
    # duty: shifts of the accounts of the test there are none
    "duty_shift": Way(("shift",), "party"),
    "duty_cancel": Way(("shift",), "party", lambda p: {"reason": "调班"}),
    "duty_replace": Way(("shift",), "party", lambda p: {"place": 99_999_999, "account": p.ids["account"], "reason": "换班"}),
    "duty_own": Way(("shift", "what"), "party"),
    # exports: the task of the test is not one
    "export": Way(("loop",), "party"),
    "export_file": Way(("loop",), "party"),
    "export_new": Way(reach="area", form=lambda p: export(p)),
    # people
    "person": Way(("person",), "area"),
    "person_open": Way(("person",), "area", lambda p: {"purpose": "visit", "note": ""}),
    "person_looks": Way(("person",), "area"),
    "person_correct": Way(("person",), "area", lambda p: {"name": p.personal["name"], "reason": "correction"}),
    "person_move": Way(("person",), "area", lambda p: {"area": p.area.pk}),
    "person_account": Way(("person",), "area", lambda p: {"username": "nobody", "document_tail": "0000"}),
    "person_fact": Way(("person",), "area", lambda p: {"type": "test", "known": "unknown"}, lambda p: {"type": "test"}),
    "fact_withdraw": Way(("person", "fact"), "area", lambda p: {"reason": "wrong_value"}),
    "person_merge": Way(("person",), "area", lambda p: {"folded": p.ids["folded"], "reason": "registered_twice"}),
    "person_unmerge": Way(("person", "merge"), "area", lambda p: {"reason": "two_people"}),
    # custody
    "custody_handover": Way(("handover",), "area"),
    "custody_answer": Way(("handover",), "party", lambda p: {"answer": "accept"}),
    # territory, units, accounts
    "area_new": Way(("area",), "administration", lambda p: {"code": "x", "name": "新", "level": "community"}),
    "area_rename": Way(("area",), "administration", lambda p: {"name": "新名"}),
    "area_move": Way(("area",), "administration"),
    "area_end": Way(("area",), "administration"),
    "area_reassign": Way(("area",), "administration"),
    "responsibility_end": Way(("responsibility",), "area"),
    "unit": Way(("unit",), "directory"),
    "unit_change": Way(("unit",), "administration", lambda p: {"name": "新名"}),
    "unit_end": Way(("unit",), "administration"),
    "post_new": Way(("unit",), "administration", lambda p: {"title": "岗", "role": "grid_worker"}),
    "post_end": Way(("unit", "post"), "administration"),
    "post_duty": Way(("unit",), "area", needs="unit.edit", form=lambda p: {"holding": p.ids["holding"], "on_duty": "1"}),
    "account": Way(("account",), "administration"),
    "account_password": Way(("account",), "administration"),
    "account_change": Way(("account", "change"), "administration"),
    "own_account_reset": Way(("enterprise", "account"), "party"),
    "own_account_close": Way(("enterprise", "account"), "party"),
    "post_hold": Way(("account",), "administration"),
    "post_release": Way(("account",), "administration", lambda p: {"holding": p.ids["holding"]}),
}

OPERATIONS: dict[str, Way] = {
    **{name: Way() for name in ("openapi", "loops", "kinds", "areas", "units", "custody_balances", "custody_held", "ledger_head", "me", "tokens")},
    "loop": Way(("loop",), "area"),
    "loop_file": Way(("loop", "file"), "area"),
    "people": Way(get=lambda p: {"q": p.personal["name"]}),
    "person": Way(("person",), "area"),
    # writes: act by act below; the others make things of one's own
    **{name: Way() for name in ("act", "loops_open", "loops_advance", "file_upload", "token_create")},
}

ACTS: dict[str, Way] = {
    # without an id of a place, or about oneself
    **{
        name: Way()
        for name in (
            "account.add", "account.own_language", "kind.add", "kind.retire", "territory.import", "unit.import_table",
            "ledger.export_head", "duty.arrive", "duty.leave", "duty.log", "duty.hand_over", "duty.plan", "duty.replace", "duty.take_over",
            "duty.cancel", "person.import_table", "person.register_many", "fact.record_many", "loop.open_many", "plan.sign_off", "plan.withdraw_sign_off",
            "pack.draft", "pack.edit", "pack.approve", "pack.withdraw", "pack.shadow", "care.pass", "restriction.check_list",
            "risk.import_counts", "risk.evaluate",
        )
    },
    "account.open_enterprises": Way(),
    "enterprise.account_open": Way(reach="area", form=lambda p: {"unit": p.ids["enterprise"], "name": "新人", "role": "enterprise_reporter", "password_hash": "!" * 30}),
    "enterprise.account_close": Way(reach="party", form=lambda p: {"unit": p.ids["enterprise"], "account": p.ids["account"]}),
    "enterprise.account_reset": Way(reach="party", form=lambda p: {"unit": p.ids["enterprise"], "account": p.ids["account"], "password_hash": "!" * 30}),
    "account.disable": Way(reach="administration", form=lambda p: {"account": p.ids["account"]}),
    "account.enable": Way(reach="administration", form=lambda p: {"account": p.ids["account"]}),
    "account.remove_second_factor": Way(reach="administration", form=lambda p: {"account": p.ids["account"]}),
    "account.reset_password": Way(reach="administration", form=lambda p: {"account": p.ids["account"], "password_hash": "!"}),
    "account.unlock": Way(reach="administration", form=lambda p: {"account": p.ids["account"]}),
    "area.add": Way(reach="administration", form=lambda p: {"parent": p.area.pk, "code": p.area.code + "099", "name": "新社区"}),
    "area.end": Way(reach="administration", form=lambda p: {"area": p.ids["inner"]}),
    "area.move": Way(reach="administration", form=lambda p: {"area": p.ids["inner"], "parent": p.area.pk}),
    "area.reassign": Way(reach="administration", form=lambda p: {"area": p.area.pk, "to": p.area.pk}),
    "area.rename": Way(reach="administration", form=lambda p: {"area": p.ids["inner"], "name": "新名"}),
    # supervision: begun visits of a group beyond the test
    **{name: Way() for name in ("round.open", "checklist.draft")},
    "checklist.enforce": Way(reach="party", form=lambda p: {"edition": 99_999_999}),
    "checklist.drop": Way(reach="party", form=lambda p: {"edition": 99_999_999}),
    "round.add": Way(reach="area", needs="supervision.oversee", form=lambda p: {"round": p.ids["round"], "checklist": "venue", "units": [p.ids["unit"]]}),
    "round.draw": Way(
        reach="area", needs="supervision.oversee", form=lambda p: {"round": p.ids["round"], "checklist": "venue", "kinds": ["street"], "wanted": 1}
    ),
    "round.move": Way(reach="area", needs="supervision.oversee", form=lambda p: {"round": p.ids["round"], "starts_on": "2026-12-01", "reason": "改期"}),
    "round.repeat": Way(reach="area", needs="supervision.oversee", form=lambda p: {"round": p.ids["round"], "until": str(timezone.localdate() + timedelta(days=9))}),
    "round.stop_daily": Way(reach="area", needs="supervision.oversee", form=lambda p: {"daily": p.ids["daily"], "reason": "停产"}),
    "round.close": Way(reach="area", needs="supervision.oversee", form=lambda p: {"round": p.ids["round"], "reason": "停产"}),
    "visit.reassign": Way(
        reach="area", needs="supervision.oversee", form=lambda p: {"round": p.ids["round"], "visits": [p.ids["visit"]], "reason": "换人"}
    ),
    "lead.name_substitute": Way(reach="area", form=lambda p: {"unit": p.ids["unit"], "substitute": p.ids["unit"], "basis": "依据依据"}),
    "visit.begin": Way(reach="party", form=lambda p: {"visit": p.ids["visit"], "at": "2026-01-01T00:00:00Z"}),
    "visit.answer": Way(reach="party", form=lambda p: {"visit": p.ids["visit"], "item": "air", "verdict": "ok", "at": "2026-01-01T00:00:00Z"}),
    "visit.finish": Way(reach="party", form=lambda p: {"visit": p.ids["visit"], "at": "2026-01-01T00:00:00Z"}),
    "visit.cancel": Way(reach="area", needs="supervision.oversee", form=lambda p: {"visit": p.ids["visit"], "reason": "停产"}),
    "lead.open": Way(reach="directory", form=lambda p: {"kind": "neglect", "text": "情况说明", "unit": p.ids["unit"]}),
    "lead.answer": Way(reach="party", form=lambda p: {"lead": p.ids["lead"], "text": "说明"}),
    "lead.appeal": Way(reach="party", form=lambda p: {"lead": p.ids["lead"], "text": "说明"}),
    "lead.propose": Way(reach="party", form=lambda p: {"lead": p.ids["lead"], "outcome": "talk", "reason": "理由理由", "basis": "依据依据"}),
    "lead.review": Way(reach="party", form=lambda p: {"lead": p.ids["lead"], "outcome": "talk", "reason": "理由理由", "basis": "依据依据"}),
    "lead.return": Way(reach="party", form=lambda p: {"lead": p.ids["lead"], "reason": "再查"}),
    "lead.decide": Way(reach="party", form=lambda p: {"lead": p.ids["lead"]}),
    "lead.read": Way(reach="party", form=lambda p: {"lead": p.ids["lead"]}),
    "lead.read_file": Way(reach="party", form=lambda p: {"lead": p.ids["lead"], "file": p.ids["file"]}),
    "praise.nominate": Way(reach="directory", form=lambda p: {"unit": p.ids["unit"], "deeds": "十个字以上的主要事迹说明", "record": [p.ids["loop"]]}),
    "bulletin.draft": Way(reach="area", form=lambda p: {"form": "document", "title": "新的通知", "to": [p.unit.pk], "body": "正文"}),
    "bulletin.edit": Way(reach="area", form=lambda p: {"bulletin": p.ids["bulletin"], "seen_version": 1, "title": "新的通知", "body": "正文"}),
    "bulletin.receive": Way(reach="directory", form=lambda p: {"bulletin": p.ids["bulletin"]}),
    "bulletin.sign": Way(reach="area", form=lambda p: {"bulletin": p.ids["bulletin"], "seen_version": 1}),
    "bulletin.withdraw": Way(reach="area", form=lambda p: {"bulletin": p.ids["bulletin"], "reason": "数据有误"}),
    "document.take_in": Way(),
    "document.read": Way(reach="area", form=lambda p: {"document": p.ids["document"]}),
    "document.open_file": Way(reach="area", form=lambda p: {"document": p.ids["document"]}),
    "document.describe": Way(reach="area", form=lambda p: {"document": p.ids["document"], "seen_version": 1, "title": "新的标题", "level": "city"}),
    "document.decide": Way(reach="area", form=lambda p: {"document": p.ids["document"], "number": 0, "take": True}),
    "document.set_aside": Way(reach="area", form=lambda p: {"document": p.ids["document"], "reason": "传错文件"}),
    "directive.confirm": Way(reach="area", form=lambda p: {"directive": p.ids["directive"], "seen_version": 1}),
    "directive.edit": Way(reach="area", form=lambda p: {"directive": p.ids["directive"], "seen_version": 1, "title": "新的名称"}),
    "directive.split": Way(reach="area", form=lambda p: {"directive": p.ids["directive"], "seen_version": 1, "at": 1}),
    "directive.merge": Way(reach="area", form=lambda p: {"directive": p.ids["directive"], "seen_version": 1, "into": p.ids["directive"], "seen_into": 1}),
    "directive.drop": Way(reach="area", form=lambda p: {"directive": p.ids["directive"], "seen_version": 1, "reason": "重复"}),
    "directive.take_back": Way(reach="area", form=lambda p: {"directive": p.ids["directive"], "seen_version": 1}),
    "directive.add": Way(reach="area", form=lambda p: {"document": p.ids["document"], "quote": "没有的话"}),
    "directive.issue": Way(reach="area", form=lambda p: {"document": p.ids["document"]}),
    "meeting.plan": Way(reach="directory", form=lambda p: meeting(p) | {"main_venue": "主会场", "asked": [{"unit": p.unit.pk}]}),
    "meeting.change": Way(reach="area", form=lambda p: meeting(p) | {"meeting": p.ids["meeting"], "seen_version": 1}),
    "meeting.import_attendance": Way(
        reach="area", form=lambda p: {"meeting": p.ids["meeting"], "content": "5Y2V5L2NLOS8muWcugo=", "filename": "a.csv"}
    ),
    "meeting.ask": Way(reach="area", form=lambda p: {"meeting": p.ids["meeting"], "asked": [{"unit": p.unit.pk}]}),
    "meeting.cancel": Way(reach="area", form=lambda p: {"meeting": p.ids["meeting"], "reason": "改期"}),
    "meeting.minutes": Way(reach="area", form=lambda p: {"meeting": p.ids["meeting"], "seen_version": 1, "text": "会议要求各单位抓好落实。"}),
    "meeting.settle": Way(reach="area", form=lambda p: {"meeting": p.ids["meeting"]}),
    "meeting.mark": Way(reach="area", form=lambda p: {"attendance": p.ids["attendance"], "state": "leave", "reason": "出差"}),
    "meeting.answer": Way(reach="party", form=lambda p: {"attendance": p.ids["attendance"], "coming": True}),
    "meeting.sign_in": Way(reach="party", form=lambda p: {"attendance": p.ids["attendance"]}),
    "custody.accept": Way(reach="party", form=lambda p: {"handover": p.ids["handover"]}),
    "custody.refuse": Way(reach="party", form=lambda p: {"handover": p.ids["handover"]}),
    "custody.withdraw": Way(reach="party", form=lambda p: {"handover": p.ids["handover"]}),
    "custody.read": Way(reach="area", form=lambda p: {"people": [p.ids["person"]]}),
    "custody.take_in": Way(reach="area", form=lambda p: {"purpose": "x_y", "unit": p.unit.pk, "holder_kind": "site", "items": [{"item": "n"}]}),
    "custody.offer": Way(reach="party", unreached=ELSEWHERE, form=lambda p: {"custodies": [p.ids["custody"]], "to_unit": p.unit.pk, "to_kind": "site"}),
    "custody.let_out": Way(reach="party", unreached=ELSEWHERE, form=lambda p: {"custodies": [p.ids["custody"]], "reason": "used"}),
    "custody.unlocated": Way(reach="party", unreached=ELSEWHERE, form=lambda p: {"custodies": [p.ids["custody"]], "note": "缺"}),
    "custody.found": Way(reach="area", form=lambda p: {"custodies": [p.ids["custody"]], "unit": p.unit.pk, "holder_kind": "site", "note": "见"}),
    "export.ask": Way(reach="area", form=export),
    "export.make": Way(reach="party", form=lambda p: {"loop": p.ids["loop"], "format": "csv"}),
    "export.read": Way(reach="party", form=lambda p: {"loop": p.ids["loop"]}),
    "fact.record": Way(reach="area", form=lambda p: {"person": p.ids["person"], "type": "test", "known": "unknown", "on": "2021-01-01"}),
    "fact.withdraw": Way(reach="area", form=lambda p: {"fact": p.ids["fact"], "reason": "wrong_value"}),
    "loop.open": Way(reach="ask", roles=MAY_TASK, form=lambda p: {"kind": "task", "title": "新事项", "owner_unit": p.unit.pk, "area": p.area.pk}),
    "loop.advance": Way(reach="area", form=lambda p: {"loop": p.ids["loop"], "step": "verify"}),
    "loop.advance_many": Way(reach="area", form=lambda p: {"loops": [p.ids["loop"]], "step": "verify"}),
    "loop.select": Way(form=lambda p: {"loops": [p.ids["loop"]]}),  # an id that is beyond one's reach is refused when it is dealt with
    "loop.select_start": Way(reach="party", form=lambda p: {"selection": p.ids["selection"], "way": "step.verify"}),
    "loop.follow_up": Way(reach="area", form=lambda p: {"loop": p.ids["loop"], "satisfied": True, "note": "好"}),
    "loop.name_person": Way(reach="area", form=lambda p: {"loop": p.ids["loop"], "account": p.ids["account"]}),
    "loop.note": Way(reach="area", form=lambda p: {"loop": p.ids["loop"], "note": "补充"}),
    "loop.part_done": Way(reach="area", form=lambda p: {"loop": p.ids["loop"], "note": "完"}),
    "loop.remind": Way(reach="area", form=lambda p: {"loops": [p.ids["loop"]]}),
    "loop.set_due": Way(reach="area", form=lambda p: {"loop": p.ids["loop"], "due_at": "2099-01-01T00:00:00Z", "note": "改"}),
    "person.correct": Way(reach="area", form=lambda p: {"person": p.ids["person"], "name": "改名"}),
    "person.merge": Way(reach="area", form=lambda p: {"kept": p.ids["person"], "folded": p.ids["folded"], "reason": "registered_twice"}),
    "person.unmerge": Way(reach="area", form=lambda p: {"merge": p.ids["merge"], "reason": "two_people"}),
    "person.move": Way(reach="area", form=lambda p: {"person": p.ids["person"], "area": p.area.pk}),
    "person.link_account": Way(reach="area", form=lambda p: {"person": p.ids["person"], "username": "nobody", "document_tail": "0000"}),
    "person.unlink_account": Way(reach="area", form=lambda p: {"person": p.ids["person"], "account": 99_999_999}),
    "person.open": Way(reach="area", form=lambda p: {"person": p.ids["person"], "purpose": "visit", "note": ""}),
    "person.register": Way(reach="area", form=lambda p: {"name": "新人", "area": p.area.pk}),
    "post.add": Way(reach="administration", form=lambda p: {"unit": p.unit.pk, "title": "岗", "role": "grid_worker"}),
    "post.duty": Way(reach="area", needs="unit.edit", form=lambda p: {"holding": p.ids["holding"], "on_duty": True}),
    "post.end": Way(reach="administration", form=lambda p: {"post": p.ids["post"]}),
    "post.hold": Way(reach="administration", form=lambda p: {"post": p.ids["post"], "account": p.ids["account"]}),
    "post.release": Way(reach="administration", form=lambda p: {"holding": p.ids["holding"]}),
    "request.answer": Way(reach="area", form=lambda p: {"unit": p.unit.pk, "values": {str(p.ids["field"]): 1}}),
    "request.import_answers": Way(),
    "request.approve": Way(reach="area", form=lambda p: {"request": p.ids["request_id"]}),
    "request.declare": Way(reach="directory", form=lambda p: ask(p)),
    "request.refuse": Way(reach="area", form=lambda p: {"request": p.ids["request_id"], "reason": "没有必要"}),
    "request.withdraw": Way(reach="area", form=lambda p: {"request": p.ids["request_id"], "reason": "不再需要"}),
    "school.file": Way(reach="area", form=lambda p: {"school": p.ids["school"], "level": "primary", "gates": ["东门"]}),
    "school.class_add": Way(reach="area", form=lambda p: {"school": p.ids["school"], "grade": 2, "name": "9班", "pupils": 1, "staff": 1}),
    "school.class_change": Way(reach="area", form=lambda p: {"school_class": p.ids["school_class"], "name": "9班", "pupils": 1, "staff": 1}),
    "school.class_end": Way(reach="area", form=lambda p: {"school_class": p.ids["school_class"], "reason": "并班"}),
    "school.import_classes": Way(),
    "school.apply": Way(reach="area", form=lambda p: {"school": p.ids["school"], "opens_on": tomorrow()}),
    "school.proof": Way(reach="area", form=lambda p: {"opening": p.ids["opening"], "key": "room", "text": "情况"}, roles=("school_officer", "education_officer")),
    "school.review": Way(reach="area", form=lambda p: {"proof": p.ids["proof"], "met": True}),
    "school.read_proof": Way(reach="area", form=lambda p: {"proof": p.ids["proof"]}),
    "school.decide": Way(reach="area", form=lambda p: {"opening": p.ids["opening"], "decision": "refuse", "reason": "条件不具备"}),
    "school.withdraw": Way(reach="area", form=lambda p: {"opening": p.ids["opening"], "reason": "条件不具备"}),
    "school.turns": Way(
        reach="area",
        form=lambda p: {
            "school": p.ids["school"], "kind": "leave",
            "windows": [{"gate": "东门", "starts_at": f"{tomorrow()}T00:00:00Z", "ends_at": f"{tomorrow()}T01:00:00Z", "classes": [p.ids["school_class"]]}],
        },
    ),
    "school.check": Way(
        reach="area", form=lambda p: {"school_class": p.ids["school_class"], "on": str(timezone.localdate()), "session": "noon", "ill": 0, "nothing": True},
    ),
    "school.check_correct": Way(
        reach="area", form=lambda p: {"school_class": p.ids["school_class"], "on": "2026-01-01", "session": "noon", "ill": 1, "reason": "更正"},
    ),
    "school.pupil_follow": Way(reach="area", form=lambda p: {"pupil": p.ids["pupil"], "where": "home"}),
    "school.notice": Way(reach="area", form=lambda p: {"school": p.ids["school"], "phone": "0000000", "text": "请带口罩两只"}),
    "school.family_tell": Way(form=lambda p: {"school_class": p.ids["school_class"], "kind": "travel", "pupil": "1", "from_on": "2026-01-01"}),
    "school.family_take_back": Way(reach="party", form=lambda p: {"word": p.ids["family_word"]}),
    "school.family_take": Way(reach="area", form=lambda p: {"word": p.ids["family_word"]}),
    "school.family_look": Way(reach="area", form=lambda p: {"school": p.ids["school"], "words": [p.ids["family_word"]]}),
    "school.pupils_look": Way(reach="area", form=lambda p: {"school": p.ids["school"], "pupils": [p.ids["pupil"]]}),
    "school.online": Way(
        reach="area", form=lambda p: {"school": p.ids["school"], "grade": 1, "on": str(timezone.localdate()), "lessons": 4, "reached": 40, "not_reached": 0},
    ),
    "school.travel": Way(reach="area", form=lambda p: {"school_class": p.ids["school_class"], "leaves_on": str(timezone.localdate()), "staying": 40}),
    "school.propose_measure": Way(
        reach="area", form=lambda p: {"cluster": p.ids["cluster"], "kind": "sampling", "why": "查明"}, roles=("education_officer", "health_officer"),
    ),
    "school.severe": Way(
        reach="area", form=lambda p: {"school": p.ids["school"], "disease": "influenza_like", "on": today(), "deaths": 0}, roles=STATE_SEVERE,
    ),
    "school.measure": Way(reach="area", form=lambda p: {"measure": p.ids["measure"], "decision": "decline", "reason": "不必"}),
    "school.cluster_end": Way(
        reach="area", form=lambda p: {"cluster": p.ids["cluster"], "on": "2026-02-01", "reason": "无新发"}, roles=("education_officer", "health_officer"),
    ),
    "project.import_rows": Way(),
    "project.add": Way(reach="area", form=lambda p: {"name": "新项目", "kind": "other", "area": p.area.pk, "lead_unit": p.unit.pk, "invest": "1"}),
    "project.change": Way(
        reach="area",
        form=lambda p: {"project": p.ids["project"], "seen_version": 1, "name": "改名", "kind": "other", "area": p.area.pk, "lead_unit": p.unit.pk, "invest": 1},
    ),
    "project.part": Way(
        reach="area",
        form=lambda p: {
            "project": p.ids["project"], "kind": "land", "title": "新环节", "unit": p.unit.pk, "planned_from": "2020-01-01", "planned_to": "2020-01-02",
        },
    ),
    "project.part_done": Way(reach="area", form=lambda p: {"part": p.ids["part"], "on": "2020-01-02", "note": "已办"}),
    "project.part_drop": Way(reach="area", form=lambda p: {"part": p.ids["part"], "reason": "不需要"}),
    "project.part_move": Way(reach="area", form=lambda p: {"part": p.ids["part"], "planned_from": "2020-01-01", "planned_to": "2020-01-03", "reason": "延期"}),
    "project.progress": Way(reach="area", form=lambda p: {"project": p.ids["project"], "on": "2020-01-02", "percent": 1, "invested": 1}),
    "project.state": Way(reach="area", form=lambda p: {"project": p.ids["project"], "to": "dropped", "on": "2020-01-02", "reason": "取消"}),
    "project.visit": Way(reach="area", form=lambda p: {"project": p.ids["project"], "at": timezone.now().isoformat(), "seen": "看过"}),
    "project.obstacle": Way(
        reach="area", form=lambda p: {"project": p.ids["project"], "topic": "land", "title": "障碍", "owner_unit": p.unit.pk},
    ),
    "responsibility.assign": Way(reach="area", form=lambda p: {"kind": "territorial", "post": p.ids["post"], "area": p.area.pk}),
    "responsibility.end": Way(reach="area", form=lambda p: {"responsibility": p.ids["responsibility"]}),
    "scores.adopt": Way(form=lambda p: {"edition": p.ids["edition"], "adopt": True}),
    "scores.propose": Way(),
    "standing.add": Way(
        reach="directory",
        form=lambda p: {"title": "每日巡查", "units": [p.unit.pk], "every": "day", "starts_on": tomorrow(), "due_hours": 10},
    ),
    "standing.call": Way(reach="area", form=lambda p: {"standing": p.ids["standing_id"], "note": "突发"}),
    "standing.set": Way(reach="area", form=lambda p: {"standing": p.ids["standing_id"], "state": "paused", "reason": "暂缓"}),
    "team.dissolve": Way(reach="area", form=lambda p: {"team": p.ids["team_id"], "hand_to": p.unit.pk, "result": "任务完成"}),
    "team.give_back": Way(reach="area", form=lambda p: {"member": p.ids["member"], "reason": "归建"}),
    "team.lend": Way(reach="area", form=lambda p: {"team": p.ids["team_id"], "account": p.ids["account"]}),
    "team.make": Way(reach="area", form=lambda p: team(p)),
    "match.post": Way(
        reach="area",
        form=lambda p: {
            "side": "need", "item": "普工", "quantity": 1, "unit": p.ids["enterprise"], "first": str(timezone.localdate()), "last": str(timezone.localdate()),
        },
    ),
    "match.import_table": Way(),
    "match.change": Way(reach="area", widely="match.manage", form=lambda p: {"entry": p.ids["entry"], "seen_version": 1, "quantity": 5}),
    "match.withdraw": Way(reach="area", widely="match.manage", form=lambda p: {"entry": p.ids["entry"], "reason": "不要了"}),
    "match.run": Way(reach="directory", form=lambda p: {"area": p.area.pk, "kinds": ["worker"]}),
    "match.solve": Way(reach="directory", form=lambda p: {"run": p.ids["run"]}),
    "match.issue": Way(reach="directory", form=lambda p: {"run": p.ids["run"]}),
    "match.drop": Way(reach="directory", form=lambda p: {"run": p.ids["run"]}),
    "trip.plan": Way(reach="area", form=trip),
    "trip.cancel": Way(reach="area", form=lambda p: {"trip": p.ids["trip"], "reason": "停开"}),
    "trip.vehicle_add": Way(
        reach="area",
        form=lambda p: {"trip": p.ids["trip"], "vehicles": [{"plate": "贵F2", "operator": "客运", "seats": 9, "driver": "师傅", "escort": "干部"}]},
    ),
    "trip.vehicle_drop": Way(reach="area", form=lambda p: {"trip": p.ids["trip"], "vehicle": 0, "reason": "故障"}),
    "trip.move": Way(
        reach="area",
        form=lambda p: {"trip": p.ids["trip"], "departs_at": f"{tomorrow()}T06:00:00Z", "arrives_at": f"{tomorrow()}T20:00:00Z", "reason": "道路管制"},
    ),
    "trip.let_off": Way(reach="area", form=lambda p: {"passenger": p.ids["passenger"], "reason": "不去了"}),
    "trip.depart": Way(reach="area", form=lambda p: {"trip": p.ids["trip"]}),
    "trip.arrive": Way(reach="area", form=lambda p: {"trip": p.ids["trip"]}),
    "trip.assign": Way(reach="area", form=lambda p: {"area": p.area.pk}),
    "trip.sign_up": Way(reach="area", form=lambda p: sign_up(p) | {"workers": [{"name": "新人", "document": p.personal["document"]}]}),
    "trip.sign_up_table": Way(reach="area", form=lambda p: sign_up(p) | {"content": "5aeT5ZCNLOivgeS7tuWPt+eggQo=", "filename": "a.csv"}),
    "trip.sign_up_own": Way(form=sign_up),
    "trip.withdraw": Way(reach="area", form=lambda p: {"passenger": p.ids["passenger"], "reason": "不去了"}),
    "trip.withdraw_own": Way(reach="party", form=lambda p: {"passenger": p.ids["passenger"], "reason": "不去了"}),
    "trip.clear": Way(reach="area", form=lambda p: {"passenger": p.ids["passenger"], "travel": False, "note": "不能乘车"}),
    "trip.board": Way(reach="area", form=lambda p: {"passenger": p.ids["passenger"], "tenths": 365, "symptoms": False, "code": "green"}),
    "trip.take_over": Way(reach="party", form=lambda p: {"handover": p.ids["handover"]}),
    "trip.read": Way(reach="area", needs="trip.join", form=lambda p: {"passengers": [p.ids["passenger"]]}),
    "service.case_join": Way(reach="area", form=lambda p: {"case": p.ids["case"], "difficulties": p.ids["difficulties"]}),
    "service.case": Way(
        reach="area",
        form=lambda p: {"title": "并案", "owner_unit": p.unit.pk, "due_at": "2099-01-01T00:00:00Z", "difficulties": p.ids["difficulties"]},
    ),
    "daily.report": Way(reach="party", form=lambda p: {"unit": p.ids["enterprise"], "day": today(), "at_work": 1, "abnormal": 0, "incidents": 0}),
    "daily.same": Way(reach="party", form=lambda p: {"unit": p.ids["enterprise"], "day": today(), "seen": p.ids["report"]}),
    "daily.correct": Way(reach="party", form=lambda p: {"report": p.ids["report"], "why": "更正", "at_work": 1, "abnormal": 0, "incidents": 0}),
    "daily.excuse": Way(reach="area", form=lambda p: {"unit": p.ids["enterprise"], "from_date": today(), "reason": "停业"}),
    "daily.end_excuse": Way(reach="area", form=lambda p: {"unit": p.ids["enterprise"]}),
    "daily.import_table": Way(),
    "attendance.import_rows": Way(
        reach="party", form=lambda p: {"unit": p.ids["enterprise"], "fields": ["name", "at"], "rows": [["工", f"{today()} 00:00"]]},
    ),
    "attendance.import_badges": Way(
        reach="party", form=lambda p: {"unit": p.ids["enterprise"], "fields": ["number", "name"], "rows": [["1", "工"]]},
    ),
    "attendance.leave": Way(reach="party", form=lambda p: {"unit": p.ids["enterprise"], "staff": p.ids["staff"], "kind": "sick", "from_date": tomorrow()}),
    "attendance.end_leave": Way(reach="party", form=lambda p: {"leave": p.ids["leave"]}),
    "attendance.gate": Way(reach="party", form=lambda p: {"unit": p.ids["enterprise"]}),
    "attendance.sign": Way(
        reach="party", unreached=("conflict", "invalid_value"), form=lambda p: {"unit": p.ids["enterprise"], "code": "AAAAAAAA", "direction": "in"},
    ),
    "attendance.sign_for": Way(reach="party", form=lambda p: {"unit": p.ids["enterprise"], "staff": p.ids["staff"], "direction": "in"}),
    "attendance.look": Way(reach="party", form=lambda p: {"unit": p.ids["enterprise"], "people": [str(p.ids["person"])]}),
    "attendance.answer": Way(reach="party", form=lambda p: {"alarm": p.ids["alarm"], "how": "explained", "note": "外勤"}),
    "attendance.fever": Way(reach="party", form=lambda p: {"alarm": p.ids["alarm"]}),
    "breach.report": Way(form=lambda p: {"enterprise": f"{p.name} 厂", "about": "no_right", "text": "夜间在生产，约三十人"}),
    "breach.draw": Way(reach="area", form=lambda p: {"area": p.area.pk, "wanted": 1}),
    "spot.record": Way(reach="area", form=lambda p: {"draw": p.ids["spot"], "unit": p.ids["enterprise"], "result": "closed", "seen": "现场停业"}),
    "photo.read": Way(reach="area", needs="service.view", form=lambda p: {"kind": "visit", "of": p.ids["photo_of"], "photo": p.ids["photo"]}),
    "signal.import_table": Way(),
    "progress.baseline": Way(reach="party", form=lambda p: {"unit": p.ids["enterprise"], "from_date": today(), "staff": 9, "source": "去年四季度"}),
    "progress.target": Way(reach="area", form=lambda p: {"area": p.area.pk, "month": today(), "returned": "90"}),
    "chain.partner": Way(reach="party", form=lambda p: {"link": 99_999_999, "back": True}),
    "chain.open": Way(reach="party", form=lambda p: {"supplier": f"unit:{p.ids['enterprise']}", "department": p.unit.pk}),
    "fever.first": Way(reach="party", form=lambda p: {"unit": p.ids["enterprise"], "first": "38.0", "at": timezone.now().isoformat()}),
    "fever.second": Way(reach="party", form=lambda p: {"fever": p.ids["fever"], "second": "38.0", "at": timezone.now().isoformat()}),
    "fever.contacts": Way(reach="party", form=lambda p: {"fever": p.ids["fever"]}),
    "service.raise": Way(reach="area", form=lambda p: {"unit": p.ids["enterprise"], "topic": "labour", "title": "缺工"}),
    "service.topics": Way(reach="area", form=lambda p: {"topics": [{"topic": "labour", "unit": p.unit.pk}]}),
    "service.visit": Way(reach="directory", form=lambda p: {"unit": p.ids["enterprise"], "at": timezone.now().isoformat(), "way": "phone", "seen": "看过"}),
    "policies.answer": Way(reach="area", form=lambda p: {"unit": p.ids["enterprise"], "answers": {"landlord": "private"}, "source": "口述"}),
    "policies.apply": Way(reach="area", form=lambda p: {"unit": p.ids["shop"], "policy": p.ids["policy"]}),
    "policies.approve": Way(reach="party", form=lambda p: {"loop": p.ids["policy_loop"], "amount": 1500}, unreached=("not_owner", "not_found")),
    "policies.arrived": Way(reach="party", form=lambda p: {"loop": p.ids["policy_loop"], "on": "2020-01-01"}),
    "policies.ask_more": Way(reach="party", form=lambda p: {"loop": p.ids["policy_loop"], "note": "请补租赁合同"}, unreached=("not_owner", "not_found")),
    "policies.common": Way(form=lambda p: {"fact": "landlord", "value": "state", "source": "清单"}),
    "policies.contact": Way(reach="area", form=lambda p: {"unit": p.ids["shop"], "policy": p.ids["policy"], "answer": "no_answer"}),
    "policies.give_more": Way(reach="party", form=lambda p: {"loop": p.ids["policy_loop"], "note": "已补"}),
    "policies.not_arrived": Way(reach="party", form=lambda p: {"loop": p.ids["policy_loop"], "note": "没有"}),
    "policies.pay": Way(reach="party", form=lambda p: {"loop": p.ids["policy_loop"], "amount": 1, "on": "2020-01-01"}, unreached=("wrong_stage", "not_found")),
    "policies.refuse": Way(reach="party", form=lambda p: {"loop": p.ids["policy_loop"], "criterion": "size", "reason": "规模不符"}, unreached=("not_owner", "not_found")),
    "policies.start": Way(),
    "policies.tell": Way(reach="area", form=lambda p: {"policy": p.ids["policy"], "units": [p.ids["shop"]]}),
    "policies.terms": Way(form=lambda p: {"policy": p.ids["policy"], "benefit": "paid"}),
    "policies.object": Way(reach="party", form=lambda p: {"loop": p.ids["policy_loop"], "note": "不同意这个决定"}),
    "policies.withdraw": Way(reach="party", form=lambda p: {"loop": p.ids["policy_loop"], "note": "不要了"}),
    "permit.renew": Way(reach="area", form=lambda p: {"unit": p.ids["enterprise"], "reason": "延续", "until": tomorrow()}),
    "permit.ask": Way(reach="area", form=lambda p: {"permit": p.ids["permit"], "what": "renew", "reason": "继续生产", "until": tomorrow()}),
    "permit.answer_restore": Way(reach="area", form=lambda p: {"permit": p.ids["permit"], "how": "grant", "reason": "同意"}),
    "permit.answer_renew": Way(reach="area", form=lambda p: {"permit": p.ids["permit"], "how": "grant", "reason": "同意"}),
    "permit.answer_adjust": Way(reach="area", form=lambda p: {"permit": p.ids["permit"], "how": "grant", "reason": "同意"}),
    "permit.settle": Way(reach="area", form=lambda p: {"unit": p.ids["enterprise"], "how": "keep", "reason": "属实"}),
    "work_order.lift": Way(reach="area", form=lambda p: {"order": p.ids["work_order"], "reason": "整改到位"}),
    "work_order.ask_lift": Way(reach="area", form=lambda p: {"order": p.ids["work_order"], "how": "已经整改到位"}),
    "permit.leave": Way(reach="area", form=lambda p: {"permit": p.ids["permit"], "what": "renew", "reason": "不再生产"}),
    "permit.suspend": Way(reach="area", form=lambda p: {"unit": p.ids["enterprise"], "reason": "停工整改", "must_show": ["消杀记录"]}),
    "permit.review": Way(reach="area", form=lambda p: {"unit": p.ids["enterprise"], "reason": "情况有变"}),
    "permit.resume": Way(reach="area", form=lambda p: {"unit": p.ids["enterprise"], "reason": "整改到位"}),
    "permit.withdraw": Way(reach="area", form=lambda p: {"unit": p.ids["enterprise"], "reason": "不再需要"}),
    "enterprise.import_rows": Way(),
    "staff.import_rows": Way(),
    "enterprise.add": Way(reach="area", form=lambda p: {"name": "新企业", "area": p.area.pk}),
    "enterprise.propose": Way(reach="area", form=lambda p: {"unit": p.ids["enterprise"], "name": "改名", "reason": "换照"}),
    "enterprise.change": Way(reach="area", form=lambda p: {"unit": p.ids["enterprise"], "staff": 9}),
    "supply.add": Way(reach="area", form=lambda p: {"unit": p.ids["enterprise"], "way": "buyer", "partner": "区外厂", "outside": True, "product": "布"}),
    "supply.answer": Way(reach="party", form=lambda p: {"link": p.ids["supply"], "confirm": True}),
    "supply.mark": Way(reach="party", form=lambda p: {"link": p.ids["supply"], "critical": True}),
    "supply.vouch": Way(reach="directory", form=lambda p: {"link": p.ids["supply"], "how": "end", "reason": "已停供"}),
    "supply.end": Way(reach="area", form=lambda p: {"link": p.ids["supply"]}),
    "staff.add": Way(reach="area", form=lambda p: {"unit": p.ids["enterprise"], "name": "新人", "document": "100101198503174002"}),
    "staff.change": Way(reach="area", form=lambda p: {"staff": p.ids["staff"], "symptoms": False}),
    "staff.end": Way(reach="area", form=lambda p: {"staff": p.ids["staff"]}),
    "staff.read": Way(reach="area", form=lambda p: {"staff": [p.ids["staff"]]}),
    "staff.ask_correction": Way(reach="party", form=lambda p: {"staff": p.ids["staff"], "what": "日期不对"}),
    "staff.clear": Way(reach="area", form=lambda p: {"area": p.area.pk}),
    "farm.cancel": Way(reach="area", form=lambda p: {"delivery": p.ids["delivery"], "reason": "误下"}, roles=("hq_officer",)),
    "farm.charge": Way(reach="area", form=lambda p: {"topic": "farm", "unit": p.unit.pk}, roles=("hq_officer",)),
    "farm.deliver": Way(
        reach="area", roles=("hq_officer",),
        form=lambda p: {
            "season": p.ids["season"],
            "deliveries": [{"dealer": p.ids["enterprise"], "area": p.ids["inner"], "input": "urea", "quantity": "1", "expect_on": str(timezone.localdate())}],
        },
    ),
    "farm.import_needs": Way(),
    "farm.input": Way(reach="all", form=lambda p: {"key": "lime", "kind": "fertiliser", "name": "石灰", "unit": "吨"}, roles=("hq_officer",)),
    "farm.need": Way(
        reach="area",
        form=lambda p: {"season": p.ids["season"], "area": p.ids["inner"], "input": "urea", "quantity": "1", "needed_on": str(timezone.localdate())},
    ),
    "farm.receive": Way(reach="area", form=lambda p: {"delivery": p.ids["delivery"], "quantity": "1"}),
    "farm.season": Way(reach="all", form=lambda p: {"name": "秋种", "starts_on": "2090-01-01", "ends_on": "2090-06-01"}, roles=("hq_officer",)),
    "farm.send": Way(reach="area", form=lambda p: {"delivery": p.ids["delivery"], "quantity": "1"}),
    "farm.shipped_inputs": Way(roles=("hq_officer",)),
    "farm.sown": Way(
        reach="area",
        form=lambda p: {"season": p.ids["season"], "area": p.ids["inner"], "crop": "tea", "mu": "0", "week": str(timezone.localdate())},
    ),
    "farm.sown_plan": Way(reach="area", form=lambda p: {"season": p.ids["season"], "area": p.ids["inner"], "crop": "tea", "mu": "9"}),
    "farm.stock": Way(
        reach="area", form=lambda p: {"unit": p.ids["enterprise"], "input": "urea", "quantity": "1", "on": str(timezone.localdate())}
    ),
    "produce.add": Way(
        reach="area", form=lambda p: {"seller": p.ids["enterprise"], "name": "柑橘", "measure": "公斤", "quantity": "9", "keeps_until": "2099-01-01"}
    ),
    "produce.offer": Way(
        reach="area",
        form=lambda p: {
            "produce": p.ids["produce"], "buyer": p.ids["buyer"], "quantity": "1", "price": "1", "collect_on": str(timezone.localdate())
        },
    ),
    "produce.spoiled": Way(
        reach="area", form=lambda p: {"produce": p.ids["produce"], "quantity": "1", "why": "weather", "on": str(timezone.localdate())}
    ),
    "produce.take": Way(reach="area", form=lambda p: {"offer": p.ids["offer"]}),
    "relief.dismiss": Way(reach="area", form=lambda p: {"household": p.ids["household"], "signs": ["job_lost"], "reason": "covered"}),
    "relief.income": Way(
        reach="area", form=lambda p: {"household": p.ids["household"], "month": "2020-03", "way": "down", "band": "unknown", "reason": "job"}
    ),
    "relief.job": Way(reach="area", form=lambda p: {"person": p.ids["person"], "kind": "near", "from_on": "2020-03-01"}),
    "relief.job_end": Way(reach="area", form=lambda p: {"job": p.ids["job"], "on": str(timezone.localdate()), "reason": "outbreak"}),
    "relief.line": Way(
        reach="area", form=lambda p: {"area": p.area.pk, "year": 2020, "per_head": "6000", "basis": "区办发 12 号"}, roles=("hq_officer",)
    ),
    "relief.measure": Way(
        reach="area", form=lambda p: {"file": p.ids["relief"], "kind": "loan", "unit": p.unit.pk, "from_on": "2020-03-01"}
    ),
    "relief.measure_end": Way(reach="area", form=lambda p: {"measure": p.ids["relief_measure"], "on": str(timezone.localdate()), "worked": True}),
    "relief.open": Way(reach="area", form=lambda p: {"household": p.ids["household"], "category": "sudden", "reasons": ["illness"]}),
    "relief.problem": Way(
        reach="area", form=lambda p: {"file": p.ids["relief"], "item": "water", "found_on": "2020-03-01", "owner_unit": p.unit.pk}
    ),
    "relief.propose": Way(reach="area", form=lambda p: {"file": p.ids["relief"]}),
    "relief.verify": Way(
        reach="area", form=lambda p: {"file": p.ids["relief"], "remove": True, "agreed": True, "asked_on": str(timezone.localdate())}
    ),
    "relief.wish": Way(reach="area", form=lambda p: {"person": p.ids["person"], "able": "full", "wish": "near"}),
    "relief.year_income": Way(reach="area", form=lambda p: {"household": p.ids["household"], "year": 2019, "per_head": "5000"}),
    "resumption.start": Way(reach="area", form=lambda p: {"unit": p.ids["enterprise"]}),
    "resumption.fill": Way(reach="area", form=lambda p: {"application": p.ids["application"], "items": [{"key": "plan", "text": "新方案"}]}),
    "resumption.submit": Way(reach="area", form=lambda p: {"application": p.ids["application"]}),
    "resumption.supply": Way(reach="area", form=lambda p: {"application": p.ids["application"]}),
    "resumption.withdraw": Way(reach="area", form=lambda p: {"application": p.ids["application"], "reason": "不办了"}),
    "resumption.check": Way(reach="area", form=lambda p: {"application": p.ids["application"], "items": [{"key": "disinfection", "ok": True}]}),
    "resumption.review": Way(reach="area", form=lambda p: {"application": p.ids["application"], "items": [{"key": "plan", "ok": True}]}),
    "resumption.conclude": Way(reach="area", form=lambda p: {"application": p.ids["application"], "conclusion": "具备条件"}),
    "resumption.ask": Way(reach="area", form=lambda p: {"application": p.ids["application"], "items": ["plan"], "what": "方案不完整"}),
    "resumption.decide": Way(reach="area", form=lambda p: {"application": p.ids["application"], "approve": True}),
    "resumption.adjust": Way(reach="area", form=lambda p: {"application": p.ids["application"], "lift": 1, "reason": "保供"}),
    "resumption.batch": Way(reach="area", form=lambda p: {"title": "第二批", "applications": [p.ids["application"]]}),
    "resumption.batch_change": Way(
        reach="area", form=lambda p: {"batch": p.ids["lot"], "application": p.ids["application"], "place": 1, "reason": "先办"},
    ),
    "resumption.batch_approve": Way(reach="area", form=lambda p: {"batch": p.ids["lot"], "seen_version": 1}),
    "resumption.batch_drop": Way(reach="area", form=lambda p: {"batch": p.ids["lot"], "reason": "取消"}),
    "resumption.propose_rules": Way(),
    "resumption.decide_rules": Way(form=lambda p: {"edition": p.ids["rules"], "adopt": True}),
    "plan.decide": Way(reach="area", form=lambda p: {"person": p.ids["person"], "pack": PACK, "table": TABLE}),
    "restriction.issue": Way(reach="area", form=lambda p: {"decision": p.ids["decision"], "legal_basis": LAW}),
    "restriction.renew": Way(reach="area", form=lambda p: {"order": p.ids["order"], "decision": p.ids["decision"], "legal_basis": LAW}),
    "restriction.batch": Way(
        reach="area", form=lambda p: {"title": "一批密接", "pack": PACK, "table": TABLE, "area": p.area.pk, "legal_basis": LAW},
    ),
    "restriction.batch_queue": Way(
        reach="area", form=lambda p: {"title": "一批密接", "pack": PACK, "table": TABLE, "area": p.area.pk, "legal_basis": LAW},
    ),
    "restriction.confirm_queue": Way(reach="area", form=lambda p: {"batch": p.ids["batch"], "agree": True}),
    "restriction.reverse_queue": Way(reach="area", form=lambda p: {"reversal": p.ids["reversal"], "agree": False}),
    "restriction.confirm": Way(reach="area", form=lambda p: {"order": p.ids["order"], "agree": True}),
    "restriction.release": Way(reach="area", form=lambda p: {"order": p.ids["order"], "reason": "rule_met", "note": "解除"}),
    "restriction.reverse": Way(reach="area", form=lambda p: {"area": p.area.pk, "table": TABLE, "reason": "取数错误，全部作废"}),
    "restriction.reverse_confirm": Way(reach="area", form=lambda p: {"reversal": p.ids["reversal"], "agree": False}),
    "risk.count": Way(reach="area", form=lambda p: {"area": p.area.pk, "day": "2022-07-05", "cases": 1, "source": "日报"}),
    "risk.find": Way(reach="area", form=lambda p: {"area": p.area.pk, "fact": "controlled", "value": "yes", "day": "2022-07-05", "source": "流调"}),
    "risk.submit": Way(reach="area", form=lambda p: {"proposal": p.ids["proposal"]}),
    "risk.approve": Way(reach="area", form=lambda p: {"proposal": p.ids["proposal"], "document": "区指令"}),
    "risk.refuse": Way(reach="area", form=lambda p: {"proposal": p.ids["proposal"], "note": "证据不足"}),
    "token.revoke": Way(reach="party", party=TOKEN_HOLDER, form=lambda p: {"token": p.ids["token"]}),
    "unit.add": Way(reach="administration", form=lambda p: {"name": "新单位", "kind": "site", "area": p.area.pk}),
    "unit.change": Way(reach="administration", form=lambda p: {"unit": p.unit.pk, "name": "新名"}),
    "unit.end": Way(reach="administration", form=lambda p: {"unit": p.unit.pk}),
}
