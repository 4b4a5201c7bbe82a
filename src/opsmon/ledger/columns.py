"""Words of device ledgers as people keep them in tables: column headers, in English and Chinese."""

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
_COLUMN_OF = {
    alias: name for name, (chinese, others) in COLUMNS.items() for alias in (name, chinese, *others)
}  # fmt: skip
LABEL_PREFIXES = ("label:", "标签:", "标签：")


def column_of(header: str) -> str | None:
    """Our word of a header, `label:venue` for a column of one label, None when it is not known."""
    text = header.strip()
    for prefix in LABEL_PREFIXES:
        if text.lower().startswith(prefix) and text[len(prefix) :].strip():
            return f"label:{text[len(prefix) :].strip()}"
    return _COLUMN_OF.get(text.lower())


_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def guarded_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: `'` stands before one, and before a text that looks guarded."""
    return f"'{text}" if text.lstrip("'").startswith(_FORMULA) else text


def plain_cell(text: str) -> str:
    """What `guarded_cell` was given, and any other text as it is."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_FORMULA) else text
