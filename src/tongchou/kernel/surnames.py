"""Readings that a general pinyin dictionary gets wrong: surnames and places. Data only.

Surnames: the reading used in family names, first; the dictionary's other readings stay searchable beside it.
Sources: Xiandai Hanyu Cidian (surname readings), Zhongguo Diming Da Cidian (place readings).
"""

from __future__ import annotations

_COMPOUND = """
欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离
长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭
南门 羊舌 微生 公户 公玉 公仪 梁丘 公仲 公上 公门 公山 公坚 左丘 公伯 西门 公祖 第五 公乘 贯丘 公皙 南荣 东里 东宫 仲长 子书 子桑
即墨 达奚 褚师 吴铭 纳兰 归海 单于 叶赫 完颜 耶律 爱新 那拉
"""
COMPOUND_SURNAMES = frozenset(_COMPOUND.split()) - {"吴铭"}

_SINGLE = """
单shan 曾zeng 解xie 仇qiu 区ou 朴piao 盖ge 查zha 冼xian 任ren 华hua 卜bu 召shao 员yun 宓mi 尹yin 幺yao 应ying 折she 撒sa 晟cheng
朝chao 乐yue 乜nie 缪miao 翟zhai 覃qin 谌chen 贲ben 逄pang 隗wei 祭zhai 繁po 种chong 秘bi 会gui 阚kan 燕yan 牟mou 车che 洗xian
黑he 那na 哈ha 能nai 佴nai 句gou 殷yin 阙que 邵shao 郇xun 郄qie 郗xi 於yu 费fei 厍she 宁ning 甯ning 都du 鲜xian 柏bai 纪ji 藏zang
庹tuo 令ling 尧yao 葛ge 谭tan 过guo 哦e 粘nian 适kuo 妫gui 俞yu 臧zang 樊fan 石shi 沈shen 宿su 洪hong 訾zi 祝zhu 笪da 巷xiang
盛sheng 夏xia 余yu 彭peng 系xi 红gong 从cong 揭jie 瞿qu 芮rui 晁chao 郏jia 郦li 蒯kuai 璩qu 麴qu 昝zan 万wan 颉xie 亓qi 亢kang
"""
SURNAME_READINGS: dict[str, str] = {pair[0]: pair[1:] for pair in _SINGLE.split()}
SURNAME_READINGS |= {
    "尉迟": "yu chi",
    "万俟": "mo qi",
    "澹台": "tan tai",
    "宗政": "zong zheng",
    "单于": "chan yu",
    "长孙": "zhang sun",
    "令狐": "ling hu",
    "鲜于": "xian yu",
    "亓官": "qi guan",
    "乐正": "yue zheng",
    "宰父": "zai fu",
    "夹谷": "jia gu",
    "拓跋": "tuo ba",
    "谷梁": "gu liang",
    "颛孙": "zhuan sun",
    "仲长": "zhong chang",
}

_PLACES = """
重庆:chong qing|长寿:chang shou|番禺:pan yu|长治:chang zhi|长春:chang chun|长沙:chang sha|长乐:chang le|长安:chang an|厦门:xia men
六安:lu an|六合:lu he|蚌埠:beng bu|铅山:yan shan|丽水:li shui|台州:tai zhou|天台:tian tai|东莞:dong guan|莘县:shen xian|莘庄:xin zhuang
乐清:yue qing|乐亭:lao ting|洪洞:hong tong|浚县:xun xian|蔚县:yu xian|尉犁:yu li|歙县:she xian|黟县:yi xian|亳州:bo zhou|涡阳:guo yang
枞阳:zong yang|濉溪:sui xi|砀山:dang shan|鄄城:juan cheng|莒县:ju xian|单县:shan xian|东阿:dong e|阿克苏:a ke su|荥阳:xing yang
泌阳:bi yang|渑池:mian chi|中牟:zhong mu|武陟:wu zhi|浠水:xi shui|监利:jian li|郧阳:yun yang|秭归:zi gui|耒阳:lei yang|郴州:chen zhou
汨罗:mi luo|枝江:zhi jiang|筠连:jun lian|犍为:qian wei|郫都:pi du|邛崃:qiong lai|阆中:lang zhong|井研:jing yan|会理:hui li|会东:hui dong
会稽:kuai ji|大埔:da bu|黄埔:huang pu|吴堡:wu bu|瓦窑堡:wa yao bu|柞水:zha shui|宕昌:tan chang|岷县:min xian|华阴:hua yin|尉氏:wei shi
华县:hua xian|身毒:yuan du|龟兹:qiu ci|月氏:yue zhi|珲春:hun chun|桦甸:hua dian|磐石:pan shi|牡丹江:mu dan jiang|隆尧:long yao
井陉:jing xing|大城:dai cheng|涿州:zhuo zhou|蠡县:li xian|繁峙:fan shi|临汾:lin fen|隰县:xi xian|解州:hai zhou|曲阜:qu fu|曲靖:qu jing
行唐:xing tang|闵行:min hang|百色:bai se|南宁:nan ning|济南:ji nan|济宁:ji ning|济源:ji yuan|朝阳:chao yang|高要:gao yao|甪直:lu zhi
盱眙:xu yi|邗江:han jiang|邳州:pi zhou|睢宁:sui ning|睢县:sui xian|泗洪:si hong|溧阳:li yang|宿迁:su qian|宿州:su zhou|滇池:dian chi
扎赉特:zha lai te|扎兰屯:zha lan tun|巴彦淖尔:ba yan nao er|磴口:deng kou|那曲:na qu|色达:se da|打箭炉:da jian lu|石嘴山:shi zui shan
澄城:cheng cheng|佛山:fo shan|茂名:mao ming|阳朔:yang shuo|儋州:dan zhou|瑞安:rui an|鄱阳:po yang|婺源:wu yuan|弋阳:yi yang|都昌:du chang
"""
PLACE_READINGS: dict[str, str] = {
    name: reading for name, reading in (pair.split(":") for line in _PLACES.split("\n") if line for pair in line.split("|"))
}
