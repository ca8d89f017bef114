"""The names of refusal reasons for people, in both languages. One for every member of `Reason`."""

from __future__ import annotations

from tongchou.kernel.errors import Reason
from tongchou.kernel.text import Text

REASON_NAMES: dict[Reason, Text] = {
    Reason.NOT_SIGNED_IN: Text("未登录", "not signed in"),
    Reason.NOT_ALLOWED: Text("没有权限", "not allowed"),
    Reason.NOT_FOUND: Text("未找到", "not found"),
    Reason.INVALID_VALUE: Text("填写不正确", "invalid value"),
    Reason.MISSING_VALUE: Text("缺少内容", "missing value"),
    Reason.UNKNOWN_FIELD: Text("没有这个字段", "unknown field"),
    Reason.WRONG_CHECK_DIGIT: Text("校验码不符", "wrong check digit"),
    Reason.IMPOSSIBLE_DATE: Text("日期不存在", "impossible date"),
    Reason.DUPLICATE: Text("重复", "duplicate"),
    Reason.OVERLAP: Text("时间重叠", "overlap"),
    Reason.CYCLE: Text("上下级成环", "cycle"),
    Reason.CONFLICT: Text("相互矛盾", "conflict"),
    Reason.CLIENT_ID_REUSED: Text("操作编号已用于别的操作", "client id reused"),
    Reason.WRONG_STAGE: Text("当前阶段不能这样做", "wrong stage"),
    Reason.LOOP_CLOSED: Text("事项已办结", "loop closed"),
    Reason.EVIDENCE_MISSING: Text("缺少佐证材料", "evidence missing"),
    Reason.SAME_PERSON: Text("不能由同一人办理", "same person"),
    Reason.SAME_UNIT: Text("不能由同一单位办理", "same unit"),
    Reason.RETURN_LIMIT: Text("退单次数已达上限", "return limit reached"),
    Reason.CHILDREN_OPEN: Text("下级事项未办结", "child loops are open"),
    Reason.CO_UNITS_OPEN: Text("协办单位未办结", "co-units have not finished"),
    Reason.NOT_OWNER: Text("不是责任单位或责任人", "not the owner"),
    Reason.TWO_HOLDERS: Text("同时有两个保管方", "two holders"),
    Reason.NOT_HOLDER: Text("不是当前保管方", "not the holder"),
    Reason.NOT_IN_CUSTODY: Text("不在管", "not in custody"),
    Reason.APPROVAL_MISSING: Text("缺少审批", "approval missing"),
    Reason.SECOND_FACTOR_REQUIRED: Text("需要二次验证", "second factor required"),
    Reason.EXCLUSIVE_ROLES: Text("角色互斥", "exclusive roles"),
    Reason.EXPIRED: Text("已过期", "expired"),
    Reason.TOO_LARGE: Text("文件过大", "too large"),
    Reason.TOO_MANY: Text("数量过多", "too many"),
    Reason.WRONG_FILE_TYPE: Text("文件类型不符", "wrong file type"),
    Reason.BAD_ENCODING: Text("编码错误", "bad encoding"),
    Reason.TRUNCATED: Text("内容可能被截断", "truncated"),
    Reason.BROKEN_RECORD: Text("记录已损坏", "broken record"),
    Reason.RATE_LIMITED: Text("操作过于频繁", "too many requests"),
    Reason.UNAVAILABLE: Text("暂时不可用", "unavailable"),
}
