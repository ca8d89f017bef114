"""Names of what the room's rows are made of."""

from __future__ import annotations

from tongchou.kernel.text import Text

INPUTS = {
    "seed": Text("种子", "Seed"),
    "fertiliser": Text("化肥", "Fertiliser"),
    "pesticide": Text("农药", "Pesticide"),
    "film": Text("农膜", "Film"),
    "diesel": Text("农用柴油", "Diesel"),
    "machine": Text("农机作业", "Machines"),
}
DELIVERIES = {
    "planned": (Text("待发货", "to be sent"), "warn", "clock"),
    "sent": (Text("在途", "on the way"), "info", "truck"),
    "received": (Text("已签收", "received"), "ok", "circle-check"),
    "cancelled": (Text("已取消", "cancelled"), "", "x"),
}
SPOILED = {
    "no_buyer": Text("无人收购", "no buyer"),
    "no_transport": Text("运不出去", "no transport"),
    "no_storage": Text("没有冷库", "no storage"),
    "price": Text("价格过低弃收", "price too low"),
    "weather": Text("天气原因", "weather"),
    "other": Text("其他", "other"),
}
CATEGORIES = {
    "unstable": Text("脱贫不稳定户", "out of poverty, not stable"),
    "marginal": Text("边缘易致贫户", "at the edge of poverty"),
    "sudden": Text("突发严重困难户", "in sudden severe hardship"),
}
RISKS = {
    "illness": Text("因病", "illness"),
    "disability": Text("因残", "disability"),
    "school": Text("因学", "school costs"),
    "disaster": Text("因灾", "disaster"),
    "job_lost": Text("因疫失业", "job lost in the outbreak"),
    "unsold": Text("产品滞销", "produce unsold"),
    "accident": Text("意外事故", "accident"),
    "labour": Text("缺劳力", "nobody who can work"),
    "other": Text("其他", "other"),
}
STATES = {
    "open": (Text("监测帮扶中", "watched and helped"), "warn", "eye"),
    "proposed": (Text("待核实消除", "removal to be verified"), "info", "eye-check"),
    "removed": (Text("风险已消除", "risk removed"), "ok", "circle-check"),
}
MEASURES = {
    "minimum": Text("低保兜底", "minimum allowance"),
    "temporary": Text("临时救助", "temporary relief"),
    "medical": Text("医疗救助", "medical aid"),
    "school": Text("教育资助", "school aid"),
    "housing": Text("危房改造", "housing repair"),
    "job": Text("就业帮扶", "help to a job"),
    "public_post": Text("公益岗位", "public post"),
    "industry": Text("产业帮扶", "help with produce"),
    "loan": Text("小额信贷", "small loan"),
    "sales": Text("消费帮扶", "sale of produce"),
    "insurance": Text("保险理赔", "insurance"),
    "other": Text("其他", "other"),
}
ITEMS = {
    "food": Text("不愁吃", "food"),
    "clothing": Text("不愁穿", "clothing"),
    "school": Text("义务教育", "compulsory schooling"),
    "medical": Text("基本医疗", "basic medical care"),
    "housing": Text("住房安全", "safe housing"),
    "water": Text("饮水安全", "safe drinking water"),
}
WAYS = {"down": Text("收入下降", "fell"), "up": Text("收入增加", "rose")}
BANDS = {
    "under_500": Text("每月 500 元以下", "under 500 yuan a month"),
    "under_2000": Text("每月 500–2000 元", "500 to 2,000 yuan a month"),
    "under_5000": Text("每月 2000–5000 元", "2,000 to 5,000 yuan a month"),
    "from_5000": Text("每月 5000 元以上", "5,000 yuan a month and more"),
    "unknown": Text("金额不详", "amount not known"),
}
INCOME_REASONS = {
    "job": Text("务工", "work elsewhere"),
    "produce": Text("生产经营", "farming or trade"),
    "allowance": Text("转移性收入", "allowances"),
    "property": Text("财产性收入", "rent and property"),
    "illness": Text("大病支出", "cost of illness"),
    "disaster": Text("灾害损失", "loss by disaster"),
    "school": Text("教育支出", "cost of school"),
    "other": Text("其他", "other"),
}
ABLE = {
    "full": Text("有劳动能力", "can work"),
    "partly": Text("弱劳动能力", "can work in part"),
    "not": Text("无劳动能力", "cannot work"),
    "not_asked": Text("未核实", "not asked"),
}
WISHES = {
    "away": Text("外出务工", "work elsewhere"),
    "near": Text("就近就业", "work nearby"),
    "post": Text("公益岗位", "a public post"),
    "farm": Text("发展生产", "own farming"),
    "training": Text("技能培训", "training"),
    "none": Text("暂无意愿", "none at present"),
    "not_asked": Text("未核实", "not asked"),
}
JOBS = {
    "away": Text("外出务工", "work elsewhere"),
    "near": Text("就近务工", "work nearby"),
    "workshop": Text("帮扶车间", "village workshop"),
    "post": Text("公益岗位", "public post"),
    "own": Text("自主创业", "own business"),
}
ENDS = {
    "outbreak": Text("疫情影响", "the outbreak"),
    "laid_off": Text("用工单位裁减", "laid off"),
    "contract": Text("合同期满", "contract over"),
    "illness": Text("生病受伤", "illness or injury"),
    "family": Text("照顾家人", "care for family"),
    "other": Text("其他", "other"),
}
SIGNS = {
    "below_line": Text("上年人均纯收入低于监测线", "income per head below the watch line"),
    "income_down": Text("半年内多次收入下降", "several falls of income in half a year"),
    "big_fall": Text("单月收入下降 5000 元以上", "a fall of 5,000 yuan or more in a month"),
    "job_lost": Text("务工人员失业未再就业", "a job lost and none found since"),
}
DISMISSED = {
    "covered": Text("已有救助，收入稳定", "helped already, income stable"),
    "wrong_data": Text("数据有误", "wrong data"),
    "passing": Text("短期波动，家庭能承受", "a passing change that the household can bear"),
    "declined": Text("本户不愿纳入", "the household does not wish it"),
}
EVENTS = {
    "relief_opened": (Text("纳入监测", "file opened"), "flag"),
    "relief_measure": (Text("落实帮扶措施", "measure"), "check"),
    "relief_measure_end": (Text("措施结束", "measure ended"), "circle-check"),
    "relief_problem": (Text("发现问题", "problem found"), "alert-triangle"),
    "relief_proposed": (Text("提请消除风险", "removal proposed"), "send"),
    "relief_removed": (Text("核实消除", "removal verified"), "circle-check"),
    "relief_kept": (Text("核实不予消除", "removal refused"), "arrow-back-up"),
}
