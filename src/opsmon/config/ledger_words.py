"""Words of device ledgers as people keep them in tables: column headers and kinds, in English and Chinese."""

from opsmon.model.device import Kind

# The columns of a ledger: our word, the Chinese header that an export writes, and other headers that an import takes.
COLUMNS: dict[str, tuple[str, tuple[str, ...]]] = {
    "name": ("名称", ("设备名称", "设备名", "主机名", "编号", "设备编号", "device", "hostname")),
    "title": ("标题", ("说明", "描述", "设备描述", "用途", "description")),
    "site": ("站点", ("会场", "地点", "所在站点", "location")),
    "site_title": ("站点标题", ("站点名称", "会场名称", "site title")),
    "contract": ("合同", ("合同编号", "所属合同")),
    "service": ("服务", ("标段", "服务项", "lot")),
    "kind": ("类型", ("设备类型", "类别", "种类", "type")),
    "address": ("地址", ("ip", "ip地址", "管理地址", "管理ip", "ip address")),
    "profile": ("模板", ("设备模板", "采集模板")),
    "parents": ("上级", ("上级设备", "上联", "上联设备", "parent", "uplink")),
    "labels": ("标签", ("label", "tags")),
    "important": ("重要端口", ("重要接口", "important interfaces")),
    "formerly": ("曾用名", ("原名", "旧名称", "former names")),
}
KINDS_ZH: dict[Kind, tuple[str, ...]] = {
    Kind.SWITCH: ("交换机", "接入交换机", "汇聚交换机", "核心交换机"),
    Kind.ROUTER: ("路由器",),
    Kind.FIREWALL: ("防火墙",),
    Kind.SECURITY: ("安全设备", "入侵检测", "审计", "网闸"),
    Kind.WLC: ("无线控制器", "ac"),
    Kind.AP: ("无线接入点", "无线ap"),
    Kind.NVR: ("录像机", "硬盘录像机", "网络录像机"),
    Kind.CAMERA: ("摄像机", "摄像头", "监控点"),
    Kind.STORAGE: ("存储", "存储设备", "磁盘阵列"),
    Kind.SERVER: ("服务器",),
    Kind.MCU: ("多点控制器", "多点控制单元"),
    Kind.VC_TERMINAL: ("视频会议终端", "会议终端", "视频终端"),
    Kind.UPS: ("不间断电源",),
    Kind.AIRCON: ("空调", "精密空调", "机房空调"),
    Kind.ENV_SENSOR: ("传感器", "温湿度传感器", "环境传感器"),
    Kind.ACCESS_CONTROL: ("门禁", "门禁设备", "门禁控制器"),
    Kind.PRINTER: ("打印机",),
    Kind.PHONE: ("电话", "话机", "电话机"),
    Kind.RADIO: ("电台", "对讲机"),
    Kind.DISPLAY: ("显示屏", "大屏", "led屏", "显示设备"),
    Kind.OTHER: ("其他", "其它", "计算机", "电脑"),
}
_COLUMN_OF = {
    alias: name for name, (chinese, others) in COLUMNS.items() for alias in (name, chinese, *others)
}  # fmt: skip
_KIND_OF = {word: kind.value for kind, words in KINDS_ZH.items() for word in (kind.value, *words)}
LABEL_PREFIXES = ("label:", "标签:", "标签：")


def column_of(header: str) -> str | None:
    """Our word of a header, `label:venue` for a column of one label, None when it is not known."""
    text = header.strip()
    for prefix in LABEL_PREFIXES:
        if text.lower().startswith(prefix) and text[len(prefix) :].strip():
            return f"label:{text[len(prefix) :].strip()}"
    return _COLUMN_OF.get(text.lower())


def kind_of_word(word: str) -> str:
    """Our word of a kind as people write it; an unknown one comes back as it is, to be complained of by its place."""
    return _KIND_OF.get(word.strip().lower(), word.strip())


_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def guarded_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: `'` stands before one, and before a text that looks guarded."""
    return f"'{text}" if text.lstrip("'").startswith(_FORMULA) else text


def plain_cell(text: str) -> str:
    """What `guarded_cell` was given, and any other text as it is."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_FORMULA) else text
