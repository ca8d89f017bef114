"""Shares by which an invented population is built: short figures, each with its source.

Ages, generations in a household and industries: mainland China 2020, means of the county figures weighted by population, from the
National Bureau of Statistics, Tabulation on the 2020 Population Census of China by County (2022). Sex: share of males by age, 51.24 %
over all ages, Communiqué of the Seventh National Population Census No. 4. Household size: the same, No. 2. Surnames: Ministry of
Public Security, National Report on Names 2020 (the first five make 30.8 %, the first hundred about 85 %; one child in 13 bears the mother's).
"""

from __future__ import annotations

from dataclasses import dataclass

# first age, last age, share of the population in %, share of males
AGE_BANDS: tuple[tuple[int, int, float, float], ...] = (
    (0, 4, 5.52, 0.527), (5, 9, 6.40, 0.532), (10, 14, 6.05, 0.536), (15, 19, 5.16, 0.537), (20, 24, 5.32, 0.529),
    (25, 29, 6.51, 0.523), (30, 34, 8.81, 0.512), (35, 39, 7.02, 0.512), (40, 44, 6.59, 0.511), (45, 49, 8.10, 0.508),
    (50, 54, 8.59, 0.505), (55, 59, 7.19, 0.501), (60, 64, 5.20, 0.499), (65, 69, 5.25, 0.489), (70, 74, 3.52, 0.485),
    (75, 79, 2.22, 0.470), (80, 84, 1.45, 0.447), (85, 99, 1.09, 0.396),
)  # fmt: skip

MEAN_HOUSEHOLD = 2.62
ALONE = 0.25
"""Households of one person, as a share of all."""
GENERATIONS: dict[int, float] = {1: 0.486, 2: 0.371, 3: 0.143}
"""Households by the number of generations that live in them (3: three or more)."""

EMPLOYED = 0.58
"""Of those aged 16 and over."""
MOTHERS_SURNAME = 1 / 13
FIRST_FIVE_SURNAMES = 0.308


@dataclass(frozen=True, slots=True)
class Industry:
    """A section of GB/T 4754-2017. share: of those employed. size: mean number of people in one establishment here.
    inside: share of its people who work for an establishment that a district lists, the rest being in small shops, self-employed or elsewhere."""

    code: str
    share: float
    size: float
    inside: float
    products: tuple[str, ...]
    forms: tuple[str, ...] = ("有限公司",)


INDUSTRIES: tuple[Industry, ...] = (
    Industry("A", 0.207, 18, 0.06, ("农业", "种业", "水产养殖", "果蔬"), ("专业合作社", "有限公司")),
    Industry("B", 0.009, 60, 0.90, ("砂石", "矿业"), ("有限公司",)),
    Industry("C", 0.170, 42, 0.92, ("精密机械", "食品", "纺织", "电子", "塑料制品", "家具", "电器", "五金制品", "包装印刷")),
    Industry("D", 0.009, 55, 0.95, ("水务", "热力", "燃气", "供电服务")),
    Industry("E", 0.114, 38, 0.80, ("建筑工程", "装饰工程", "市政工程", "安装工程")),
    Industry("F", 0.142, 30, 0.35, ("商贸", "百货", "建材", "医药", "农资"), ("有限公司", "商行", "经营部")),
    Industry("G", 0.051, 22, 0.75, ("物流", "运输", "仓储", "快递服务")),
    Industry("H", 0.049, 25, 0.40, ("餐饮", "饮食服务", "酒店管理")),
    Industry("I", 0.017, 16, 0.85, ("信息技术", "软件", "网络科技")),
    Industry("J", 0.015, 25, 0.90, ("融资担保", "保险代理", "小额贷款")),
    Industry("K", 0.019, 22, 0.88, ("物业服务", "房地产", "房产经纪")),
    Industry("L", 0.028, 30, 0.70, ("人力资源", "商务服务", "设备租赁", "保安服务")),
    Industry("M", 0.013, 18, 0.88, ("检测技术", "工程设计", "农业科技")),
    Industry("N", 0.008, 28, 0.92, ("环境工程", "园林绿化", "环卫服务")),
    Industry("O", 0.035, 18, 0.30, ("家政", "汽车维修", "美容美发", "洗染"), ("服务有限公司", "服务部")),
    Industry("P", 0.043, 0, 0.90, ()),
    Industry("Q", 0.021, 0, 0.90, ()),
    Industry("R", 0.007, 16, 0.70, ("文化传媒", "健身", "影视文化")),
    Industry("S", 0.043, 0, 0.70, ()),
)
"""P, Q and S (education, health, public administration) work in schools, clinics and offices, which are planned apart."""

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
"""In the order of their number of bearers, one character each."""
RARE_SURNAMES = ("欧阳", "上官", "诸葛", "单", "解", "仇", "区", "朴", "查", "翟", "司徒", "尉迟")
