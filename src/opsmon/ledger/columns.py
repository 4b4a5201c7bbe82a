"""What the headings of device ledgers mean, as people write them in English and Chinese.

A column is a field of a device (`name`), one label of it (`label:floor`), or nothing that an inventory holds.
"""

import re
import unicodedata

from opsmon.config.inventory.inventory_spec import is_name
from opsmon.text.bilingual import Text

# The fields of a ledger: our word, the Chinese heading that an export writes, and other headings that an import takes,
# the surer ones first: of two columns for one field the surer one counts.
COLUMNS: dict[str, tuple[str, tuple[str, ...]]] = {
    "name": (
        "名称", ("主机名", "主机名称", "设备名称", "设备名", "系统名称", "设备编号", "编号", "hostname", "device name",
                 "sysname", "device", "host"),
    ),
    "title": ("标题", ("说明", "描述", "设备描述", "设备说明", "用途", "description", "purpose")),
    "site": ("站点", ("所在站点", "所属站点", "会场", "地点", "location")),
    "site_title": ("站点标题", ("站点名称", "会场名称", "site title", "site name")),
    "contract": ("合同", ("合同编号", "所属合同", "合同号")),
    "service": ("服务", ("标段", "服务项", "lot")),
    "kind": ("类型", ("设备类型", "设备类别", "设备种类", "类别", "种类", "device type", "category", "type")),
    "address": (
        "地址", ("管理ip", "管理地址", "管理ip地址", "ip", "ip地址", "设备ip", "设备ip地址", "ipv4", "ipv4地址",
                 "ip地址1", "带外管理ip", "management ip", "management address", "mgmt ip", "ip address",
                 "ipv4 address"),
    ),
    "profile": ("模板", ("设备模板", "采集模板")),
    "parents": ("上级", ("上级设备", "上联", "上联设备", "上级交换机", "接入交换机", "parent", "uplink")),
    "labels": ("标签", ("label", "tags")),
    "important": ("重要端口", ("重要接口", "important interfaces")),
    "formerly": ("曾用名", ("原名", "旧名称", "former names")),
}  # fmt: skip
# Labels that most ledgers have, so that they are called the same whoever wrote the heading.
KNOWN_LABELS: dict[str, tuple[str, tuple[str, ...]]] = {
    "model": ("型号", ("设备型号", "规格型号", "型号规格", "产品型号", "规格", "机型", "model no")),
    "serial": ("序列号", ("设备序列号", "产品序列号", "sn", "s/n", "sn号", "sn码", "serial number", "serial no")),
    "vendor": (
        "品牌",
        ("设备品牌", "厂商", "厂家", "设备厂商", "生产厂家", "生产厂商", "制造商", "brand", "manufacturer", "make"),
    ),
    "location": (
        "安装位置",
        ("位置", "设备位置", "所在位置", "物理位置", "安装地点", "存放位置", "存放地点", "installed at", "position"),
    ),
    "mac": ("MAC地址", ("mac", "mac address", "物理地址")),
    "asset": ("资产编号", ("固定资产编号", "资产号", "资产编码", "asset tag", "asset number", "asset no")),
}  # fmt: skip
# Where a device stands: the name of a site where the ledger is to tell the sites, a label where `--site` does.
PLACE_HEADINGS = frozenset({"会场", "地点", "location"})
_ROW_NUMBERS = frozenset({"序号", "no", "#", "项次", "行号", "index", "seq"})
_ACCESS = re.compile(
    r"密码|口令|密钥|团体[字名]|共同体|账号|帐号|用户名|passw|community|secret|username|\buser\b|credential|api.?key",
    re.I,
)
LABEL_PREFIXES = ("label:", "标签:")
NOTHING = "-"  # what a column means that is left out
MAX_LABEL = 100


def halfwidth(text: str) -> str:
    """Full-width letters, digits and signs as those of the keyboard; everything else as it is."""
    return "".join(chr(ord(c) - 0xFEE0) if 0xFF01 <= ord(c) <= 0xFF5E else " " if c == "\u3000" else c for c in text)


def bare_heading(heading: str) -> str:
    """A heading as it is compared: no blanks, signs, brackets or what stands in them, no capitals."""
    text = unicodedata.normalize("NFC", halfwidth(heading)).lower()
    text = re.sub(r"[(\[【].*?[)\]】]", "", text) or text
    return re.sub(r"[\s_*/.:;,，、。：'\"-]", "", text)


_COLUMN_OF: dict[str, tuple[str, int]] = {}
for _field, (_chinese, _others) in COLUMNS.items():
    for _rank, _alias in enumerate((_field, _chinese, *_others)):
        _COLUMN_OF.setdefault(bare_heading(_alias), (_field, _rank))
for _label, (_chinese, _others) in KNOWN_LABELS.items():
    for _rank, _alias in enumerate((_label, _chinese, *_others)):
        _COLUMN_OF.setdefault(bare_heading(_alias), (f"label:{_label}", _rank))


def meaning_of(heading: str) -> tuple[str, int] | None:
    """The field or label of a heading and how sure it is (0 is surest), NOTHING where it is none; None if unknown."""
    text = halfwidth(heading).strip()
    for prefix in LABEL_PREFIXES:
        if text.lower().startswith(prefix) and text[len(prefix) :].strip():
            label = text[len(prefix) :].strip()
            return f"label:{label if is_name(label) else label_name(label)}", 0
    if is_row_number(heading) or holds_access_data(heading):
        return NOTHING, 0
    return _COLUMN_OF.get(bare_heading(heading))


def is_row_number(heading: str) -> bool:
    """Whether a heading is that of the column that counts the rows."""
    return halfwidth(heading).strip().lower().rstrip(".") in _ROW_NUMBERS


def holds_access_data(heading: str) -> bool:
    """Whether a column holds what nobody may read: never a label, since labels are shown everywhere."""
    return _ACCESS.search(halfwidth(heading)) is not None


def label_name(heading: str) -> str:
    """The heading as the name of a label; "" where nothing is left of it."""
    return re.sub(r"[^\w.-]+", "-", halfwidth(heading).strip()).strip("-._")[:MAX_LABEL]


def heading_of(field: str, *, chinese: bool) -> str:
    """What an export writes over the column of a field or a label."""
    if not field.startswith("label:"):
        return COLUMNS[field][0] if chinese else field
    label = field.removeprefix("label:")
    if not chinese:
        return field
    return KNOWN_LABELS[label][0] if label in KNOWN_LABELS else f"标签：{label}"


def field_text(field: str) -> Text:
    """A field for people."""
    if field == NOTHING:
        return Text("left out", "不导入")
    if field.startswith("label:"):
        label = field.removeprefix("label:")
        return Text(f"label {label}", f"标签 {label}")
    return Text(field, f"{COLUMNS[field][0]}（{field}）")


_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def looks_like_a_formula(text: str) -> bool:
    """Whether a spreadsheet would reckon with a text when somebody types it."""
    return text.startswith(_FORMULA)


def guarded_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: `'` stands before one, and before a text that looks guarded."""
    return f"'{text}" if text.lstrip("'").startswith(_FORMULA) else text


def plain_cell(text: str) -> str:
    """What `guarded_cell` was given, and any other text as it is."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_FORMULA) else text
