"""Where the lines of an official document break and end: the title's lines, the place of the signature. Widths count in characters of the line."""

from __future__ import annotations

import math

ON_A_TITLE_LINE = 20
"""Characters of 2号 (22 points) in the 156 mm of the type area."""
DATE_FROM_RIGHT = 4
"""成文日期 stands four characters from the right (7.3.5.1)."""
_NEVER_FIRST = "的、，。：；！？）》”’」』】〕"
_NEVER_LAST = "（《“‘「『【〔"
_AFTER, _BEFORE = "、，：；》”）", "和及与暨并等至《“"
_COUNTED = "年月日号期周时"
_PAIRS = """
    疫情 防控 防疫 复工 复产 企业 工作 人员 返区 返乡 返岗 排查 服务 保障 管理 管控 通知 通报 情况 关于 做好 进一 一步 加强 落实 责任 街道 社区
    村居 单位 部门 指挥 办公 公室 领导 小组 会议 纪要 简报 日报 物资 口罩 学校 开学 项目 建设 重点 重大 督查 检查 整改 隔离 观察 核酸 检测 病例 密切 接触
    风险 地区 高风 中风 病毒 肺炎 新型 冠状 低风 等级 调整 方案 措施 安全 生产 农业 春耕 脱贫 攻坚 市场 超市 小区 封闭 开放 交通 运输 卡口 信息 报送 数据 统计 表扬 问责
    期间 近期 全区 全市 各级 统筹 推进 经济 社会 发展 有序 有关 事项 要求 印发 实施 意见 办法 规定 决定 公告 通告 请示 报告 批复 组织 开展 专项 行动
    严格 严防 严控 强化 健全 完善 建立 机制 制度 应急 处置 预案 演练 值班 值守 节日 春节 假期 清明 志愿 群众 居民 住户 上门 走访 困难 问题 解决 政策 支持"""
"""Common words of titles that are not torn apart: no dictionary, only what stands in titles of this field."""


def width(text: str) -> float:
    """Full characters; letters, figures and half-width signs count half."""
    return sum(0.5 if ord(c) < 0x2000 else 1.0 for c in text)


def title_lines(title: str, most: int = ON_A_TITLE_LINE) -> list[str]:
    """The title in lines of similar length that break between words where that is known (7.3.1: 词意完整，排列对称，长短适宜)."""
    lines = math.ceil(width(title) / most)
    if lines < 2:
        return [title]
    aim = width(title) / lines
    best: dict[int, tuple[float, list[int]]] = {0: (0.0, [])}
    for n in range(1, lines + 2):  # one line more than needed, where no break fits
        reached: dict[int, tuple[float, list[int]]] = {}
        for start, (cost, cuts) in best.items():
            for end in range(start + 1, len(title) + 1):
                long = width(title[start:end])
                if long > most:
                    break
                tear = _tear(title, end) if end < len(title) else 0.0
                total = cost + (long - aim) ** 2 / aim + tear
                if total < reached.get(end, (math.inf, []))[0]:
                    reached[end] = (total, [*cuts, end])
        if n >= lines and len(title) in reached:
            cuts = reached[len(title)][1]
            return [title[a:b] for a, b in zip([0, *cuts], cuts, strict=False)]
        best = reached
    return [title]


def _tear(title: str, at: int) -> float:
    """What a break before `at` costs: 0 between clauses, much within a word or a number, more where a sign would stand alone."""
    before, after = title[at - 1], title[at]
    if after in _NEVER_FIRST or before in _NEVER_LAST:
        return 100.0
    both_narrow = ord(before) < 0x2000 and ord(after) < 0x2000
    if both_narrow or (before.isdigit() and after in _COUNTED) or (before in _COUNTED and after.isdigit()):
        return 60.0
    if before in _AFTER or after in _BEFORE:
        return 0.0
    return 20.0 if before + after in _PAIRS else 3.0


def signature(issuer: str, dated: str) -> tuple[float, float]:
    """How many characters stay free to the right of the issuer and of the date: the issuer is centred over the date (7.3.5.1)."""
    right = DATE_FROM_RIGHT + (width(dated) - width(issuer)) / 2
    return max(0.0, right), DATE_FROM_RIGHT + max(0.0, -right)
