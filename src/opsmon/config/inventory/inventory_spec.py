"""The shape of one file in `inventories/`: a site, its defaults, its templates, its devices and ranges."""

import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)

from opsmon.backup.spec import PromptText, TailText
from opsmon.config.inventory.address import Address
from opsmon.config.yaml.full_width import name_slip
from opsmon.spec import KindField, Seconds, SecretField, Spec, seconds_schema, text_schema, wrong
from opsmon.text.bilingual import Sentence
from opsmon.text.near_miss import question, shown

MAX_DEVICES = 100_000
MAX_DEVICES_IN_RANGE = 10_000
MIN_PERIOD_S, MAX_PERIOD_S = 1.0, 86_400.0
MAX_PATIENCE_S = 21_600.0
_NAME = re.compile(r"\w[\w.-]{0,99}")


def is_name(text: str) -> bool:
    """Whether a text fits into an address, a file name and a label."""
    return _NAME.fullmatch(text) is not None


def check_name(text: str) -> str:
    """The text when it is a name; raises a pydantic error else."""
    wide = name_slip(text)
    if wide is not None:
        raise wrong(f"{shown(text)} is no name: {wide.message}", wide.hint)
    if not is_name(text):
        raise wrong(Sentence(f"{shown(text)} is no name", f"{shown(text)} 不能作名称"), _NAME_TOLD)
    return text


def _check_period(seconds: float) -> float:
    if not MIN_PERIOD_S <= seconds <= MAX_PERIOD_S:
        raise wrong(Sentence("a check runs between once a second and once a day", "检查间隔在一秒与一天之间"))
    return seconds


def _check_patience(seconds: float) -> float:
    if not MIN_PERIOD_S <= seconds <= MAX_PATIENCE_S:
        raise wrong(
            Sentence("a dialogue is waited for between a second and six hours", "对话等待时间在一秒与六小时之间")
        )
    return seconds


def _check_version(written: object) -> str:
    version = str(written) if isinstance(written, str | int) else ""
    if version not in ("1", "2", "2c", "3"):
        raise wrong(Sentence("the version is 1, 2c or 3", "版本为 1、2c 或 3"))
    return "2c" if version == "2" else version


def _cipher_name(written: object) -> object:
    """As devices and net-snmp write them, too: `sha`, `SHA-256`, `AES128`."""
    if not isinstance(written, str):
        return written
    name = written.upper().replace("-", "")
    return {"SHA1": "SHA", "AES128": "AES"}.get(name, name)


# By what it may not hold, since the regular expressions of JSON Schema do not know letters of every script: blanks and
# ASCII punctuation but `.`, `_` and `-`, and the punctuation of Chinese.
_NO_LETTER = r"\s!-,/:-@\[-^`{-~\u00a0\u2000-\u206f\u3000-\u3004\u3008-\u3020\uff01-\uff0f\uff1a-\uff20"
_NAME_TOLD = Sentence(
    "up to 100 letters, digits, `.`, `_` and `-`, a letter or digit first",
    "最多 100 个字母、数字、`.`、`_`、`-`，以字母或数字开头",
)
Name = Annotated[
    str, AfterValidator(check_name), text_schema(rf"^[^{_NO_LETTER}.\-][^{_NO_LETTER}]{{0,99}}$", _NAME_TOLD)
]
Word = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Port = Annotated[int, Field(ge=1, le=65535)]
Period = Annotated[Seconds, AfterValidator(_check_period), seconds_schema(least=MIN_PERIOD_S, most=MAX_PERIOD_S)]
Patience = Annotated[Seconds, AfterValidator(_check_patience), seconds_schema(least=MIN_PERIOD_S, most=MAX_PATIENCE_S)]
Version = Annotated[
    Literal["1", "2c", "3"], BeforeValidator(_check_version), WithJsonSchema({"enum": [1, 2, 3, "1", "2c", "3"]})
]

AuthProtocol = Annotated[Literal["MD5", "SHA", "SHA224", "SHA256", "SHA384", "SHA512"], BeforeValidator(_cipher_name)]
PrivProtocol = Annotated[Literal["DES", "3DES", "AES", "AES192", "AES256"], BeforeValidator(_cipher_name)]


class SnmpAuthSpec(Spec):
    """`snmp.auth`: the user's authentication key (RFC 3414, RFC 7860)."""

    protocol: AuthProtocol | None = None
    """The authentication protocol · 认证算法"""
    key: SecretField | None = None
    """The authentication key, at least eight characters · 认证密钥"""


class SnmpPrivSpec(Spec):
    """`snmp.priv`: the user's privacy key (RFC 3414, RFC 3826)."""

    protocol: PrivProtocol | None = None
    """The privacy protocol · 加密算法"""
    key: SecretField | None = None
    """The privacy key, at least eight characters · 加密密钥"""


class SnmpAccessSpec(Spec):
    """`snmp:`, whole or in part: what is not here may come from another layer."""

    version: Version | None = None
    """1, 2c or 3; 2c unless told · SNMP 版本"""
    port: Port | None = None
    """The agent's UDP port; 161 unless told · 端口"""
    community: SecretField | None = None
    """The community of version 1 or 2c, as a reference · 团体名（写引用）"""
    user: Word | None = None
    """The user of version 3 · v3 用户名"""
    auth: SnmpAuthSpec | None = None
    """How a version 3 user proves who it is · v3 认证"""
    priv: SnmpPrivSpec | None = None
    """How version 3 encrypts; needs `auth` · v3 加密"""
    context: str | None = None
    """The context of version 3, where the agent has several · v3 上下文"""


class JumpSpec(Spec):
    """A jump host that is no device of the inventory. `jump` is the host on the way to it."""

    hostname: Address
    """The address or name of the jump host · 跳板机地址"""
    username: Word
    """Who logs in there · 用户名"""
    port: Port | None = None
    """The port of its SSH server; 22 unless told · 端口"""
    password: SecretField | None = None
    """The password, or that of the private key, as a reference · 密码（写引用）"""
    key: Word | None = None
    """The path of a private key, relative to this file · 私钥文件路径"""
    legacy: bool | None = None
    """Also take old algorithms, for hosts of long ago · 允许旧算法"""
    jump: "Jump | None" = None
    """The host on the way to it: a device's name, or a host of its own · 上一级跳板"""


def _one_jump(written: object, union: ValidatorFunctionWrapHandler, info: ValidationInfo) -> "str | JumpSpec":
    """By its form, so that a mistake is told of that form alone."""
    if isinstance(written, str):
        return check_name(written)
    if isinstance(written, dict):
        return JumpSpec.model_validate(written, context=info.context)
    raise wrong(
        Sentence(
            "a jump host is the name of a device, or `{hostname: …, username: …}`",
            "跳板机填设备名，或 `{hostname: …, username: …}`",
        )
    )


Jump = Annotated[Name | JumpSpec, WrapValidator(_one_jump)]
JumpSpec.model_rebuild()


class SshAccessSpec(Spec):
    """`ssh:`, whole or in part. `key` is the path of a private key, relative to the file that names it.

    `prompt`, `pager`, `stall` and `longest` stand above what the make's profile says of its dialogue; `jump` is a
    device of the inventory by its name, or a host of its own.
    """

    username: Word | None = None
    """Who logs in · 用户名"""
    port: Port | None = None
    """The port of the SSH server; 22 unless told · 端口"""
    password: SecretField | None = None
    """The password, or that of the private key, as a reference · 密码（写引用）"""
    key: Word | None = None
    """The path of a private key, relative to this file · 私钥文件路径"""
    enable: SecretField | None = None
    """The password that raises rights (`enable`, `super`), as a reference · 特权密码（写引用）"""
    platform: Word | None = None
    """How the command line is spoken to, by netmiko's name: `huawei_vrp`, `cisco_ios` · 平台名称，备份需要"""
    hostname: Word | list[Word] | None = None
    """The name in the device's prompt where it is not its own; a list for the nodes of a pair · 提示符里的名称"""
    legacy: bool | None = None
    """Also take old algorithms, for devices of long ago · 允许旧算法"""
    prompt: PromptText | None = None
    """A pattern of its prompt, with a group (?P<host>…), where the make's does not fit · 提示符正则"""
    pager: TailText | None = None
    """A pattern of its pager's line, where the make's does not fit · 分页提示正则"""
    stall: Patience | None = None
    """How long a backup waits for a silent device · 无输出等待时长"""
    longest: Patience | None = None
    """How long a backup of it may take · 备份最长时长"""
    jump: Jump | None = None
    """The jump host: a device's name, or a host of its own · 跳板机"""


class FieldsSpec(Spec):
    """What defaults, templates, ranges and devices may all say. `null` takes away what another layer gave."""

    title: Annotated[str, StringConstraints(max_length=200)] | None = None
    """What people call it · 名称"""
    kind: KindField | None = None
    """What kind of device it is · 设备类型"""
    service: Word | None = None
    """Which service (lot) of the contract covers it · 合同里的哪项服务"""
    profile: Word | None = None
    """A file of `probes/`; else the device is recognised by what it says · 设备配置，通常自动识别"""
    parents: list[Name] | None = None
    """Names of the devices that it is reached through · 上联设备"""
    labels: dict[Name, Annotated[str, StringConstraints(max_length=200)] | None] | None = None
    """Free; contract clauses and conditions select on them · 标签，合同条款按它选择"""
    checks: list[Any] | None = None
    """What is checked: names, or a name with settings; by its kind unless told · 检查项"""
    periods: dict[Word, Period | None] | None = None
    """How often, by a check's name or kind; 60s unless told · 检查周期"""
    fast: bool | None = None
    """Pinged every second: for a line or a gateway · 每秒 ping 一次，用于线路或网关"""
    important: list[Word] | None = None
    """Interfaces whose fall is a fault: ifName, ifDescr, ifAlias or `ifIndex=7` · 重要端口"""
    snmp: SnmpAccessSpec | None = None
    """How its agent is asked; null takes away what is inherited · SNMP 访问"""
    ssh: SshAccessSpec | None = None
    """How its SSH server is logged in to; null takes away what is inherited · SSH 访问"""


_ALSO_CALLED = {
    "ip": "address", "host": "address", "hostname": "address", "management_ip": "address", "id": "name",
    "type": "kind", "role": "kind", "model": "profile", "uplink": "parents", "depends_on": "parents", "tags": "labels",
    "interval": "periods", "template": "use", "interfaces": "important",
}  # fmt: skip


class DeviceSpec(FieldsSpec):
    """One item of `devices:`. `formerly` are names that the device had before, so that its past stays its own."""

    name: Name
    """Unique over the root; its past is known by it · 设备名，全局唯一"""

    @classmethod
    def hint_for(cls, unknown_key: str) -> str:
        """The key by another name that people call it."""
        meant = _ALSO_CALLED.get(unknown_key.lower())
        return question(meant) if meant else ""

    formerly: list[Name] | None = None
    """Names that it had before, so that its past stays its own · 曾用名"""
    address: Address
    """IPv4, IPv6 or a host name · 地址"""
    use: list[Name] | None = None
    """Names of templates, a later one wins · 使用的模板"""


class RangeSpec(FieldsSpec):
    """One item of `ranges:`: `count` devices, numbered from `first`.

    In `name`, `formerly`, `title` and an address that is a host name, `{n}` and `{n:03}` stand for the number; it is
    the host's number in the network of `address`, or counts from `number` where that is given.
    """

    name: Word
    """The pattern of the names: `cam-{n:03}` · 名称模式"""
    formerly: list[Word] | None = None
    """Patterns of names that the devices had before · 曾用名模式"""
    address: Word
    """The network, such as 10.1.2.0/24, or a host name with `{n}` · 网段"""
    first: Annotated[int, Field(ge=0, le=2**64)] = 1
    """The host number of the first device · 第一台的主机号"""
    count: Annotated[int, Field(ge=1, json_schema_extra={"maximum": MAX_DEVICES_IN_RANGE})]
    """How many devices · 台数"""
    number: Annotated[int, Field(ge=0, le=10**9)] | None = None
    """What names count from, where not from the host number · 名称起始编号"""
    use: list[Name] | None = None
    """Names of templates, a later one wins · 使用的模板"""


class SiteFileSpec(Spec):
    """A whole file of `inventories/`; its parts are validated one by one, so that one mistake hides no other."""

    @classmethod
    def hint_for(cls, unknown_key: str) -> str:
        """A device's field that is not indented looks like one of the site."""
        belongs = unknown_key in DeviceSpec.model_fields
        return (
            Sentence(
                "it belongs to a device, or under `defaults:`: indent it", "它属于设备，或写在 `defaults:` 下：请缩进"
            )
            if belongs
            else ""
        )

    site: Name
    """The site's name, unique over the root · 站点名，全局唯一"""
    title: Annotated[str, StringConstraints(max_length=200)] = ""
    """What people call the site · 站点名称"""
    contract: Word | None = None
    """The id of a file of rules/contracts; without it incidents have no clocks · 合同"""
    service: Word | None = None
    """Which service (lot) of the contract covers the site · 合同里的哪项服务"""
    labels: dict[Name, Annotated[str, StringConstraints(max_length=200)]] = Field(default_factory=dict)
    """Inherited by every device · 标签，所有设备继承"""
    defaults: Any = None
    """Inherited by every device; its own fields win · 所有设备的默认值"""
    templates: dict[Name, Any] | None = None
    """Bundles of fields that devices take by `use:` · 模板"""
    devices: list[Any] | None = None
    """The devices of the site · 设备"""
    ranges: list[Any] | None = None
    """Many devices in one line · 设备段"""


class TemplateFileSpec(Spec):
    """A file of `inventories/` that holds templates for the sites of its folder and below."""

    templates: dict[Name, Any]
    """Bundles of fields for the sites of this folder and below · 供本目录及下级目录的站点使用的模板"""
