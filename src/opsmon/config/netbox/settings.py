"""`netbox:` in `opsmon.yaml`: where NetBox is, which of its devices are meant, what its words come to here, and what is
written back to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from opsmon.access.oidc.settings import is_safe_url
from opsmon.model.device import Kind
from opsmon.model.secret import Secret
from opsmon.spec import FilePath, KindField, Seconds, SecretField, Spec, seconds_schema, text_schema, wrong
from opsmon.text.bilingual import Sentence

MAX_TIMEOUT_S = 300.0


class BackField(StrEnum):
    """What a custom field of NetBox may be given: nothing that changes by the minute, for NetBox is no monitor."""

    NAME = "name"
    SITE = "site"
    CONTRACT = "contract"
    SERVICE = "service"
    KIND = "kind"
    PROFILE = "profile"
    LAST_BACKUP = "last_backup"


@dataclass(frozen=True, slots=True)
class NetboxSettings:
    """Filters are slugs, as NetBox's; `kinds` by the slug of a role, `profiles` by that of a platform, a device type
    or a manufacturer, `labels` by label the custom field, `write` by custom field what it is given."""

    url: str
    token: Secret
    authority: str = ""
    timeout_s: float = 30.0
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    profiles: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    write: Mapping[str, BackField] = field(default_factory=dict)


def _check_url(url: str) -> str:
    if not is_safe_url(url) or urlsplit(url).query or urlsplit(url).fragment or urlsplit(url).username:
        raise wrong(
            Sentence("not an address of NetBox", "不是 NetBox 地址"),
            Sentence(
                "https://…, or http:// on this machine: the token must not go in clear",
                "https://…，或本机的 http://：令牌不得明文传输",
            ),
        )
    return url.rstrip("/").removesuffix("/api")


def _check_timeout(seconds: float) -> float:
    if not 0 < seconds <= MAX_TIMEOUT_S:
        raise wrong(
            Sentence("not a time that one answer may take", "单次应答时长有误"),
            Sentence("more than nothing and at most `5m`", "大于零，最多 `5m`"),
        )
    return seconds


Slug = Annotated[str, Field(min_length=1, max_length=200)]
Slugs = Annotated[list[Slug], Field(max_length=500)]
Url = Annotated[str, AfterValidator(_check_url), text_schema(r"^https?://[^\s?#]+$", "an address, such as https://…")]
Timeout = Annotated[Seconds, AfterValidator(_check_timeout), seconds_schema(above=0, most=MAX_TIMEOUT_S)]


class NetboxSpec(Spec):
    """`netbox:`"""

    url: Url
    """The address of NetBox, without `/api` · NetBox 的地址"""
    token: SecretField
    """A token of its API, as a reference; one that may only read, unless `write` is used · API 令牌（写引用）"""
    authority: FilePath | None = None
    """A file of certificates to trust, where your own authority signed NetBox's · 自建 CA 证书"""
    timeout: Timeout = 30.0
    """How long one answer may take · 单次应答的最长时间"""
    status: Slugs = Field(default_factory=lambda: ["active"])
    """Only devices of these statuses; active unless told · 只取这些状态的设备"""
    sites: Slugs = Field(default_factory=list)
    """Only devices of these sites, by slug · 只取这些站点（slug）"""
    roles: Slugs = Field(default_factory=list)
    """Only devices of these roles, by slug · 只取这些角色（slug）"""
    tags: Slugs = Field(default_factory=list)
    """Only devices with all of these tags, by slug · 只取带有全部这些标记的设备（slug）"""
    without_tags: Slugs = Field(default_factory=list)
    """No devices with any of these tags, by slug · 不取带有这些标记的设备（slug）"""
    tenants: Slugs = Field(default_factory=list)
    """Only devices of these tenants, by slug · 只取这些租户的设备（slug）"""
    kinds: dict[Slug, KindField] = Field(default_factory=dict)
    """The kind by the slug of a role, where its name does not tell · 角色对应的设备类型"""
    profiles: dict[Slug, Slug] = Field(default_factory=dict)
    """A profile by the slug of a platform, a device type or a manufacturer · 平台、型号或厂商对应的模板"""
    labels: dict[Slug, Slug] = Field(default_factory=dict)
    """Labels from custom fields: the label and the name of the field · 由自定义字段得到的标签"""
    write: dict[Slug, Annotated[BackField, Field(strict=False)]] = Field(default_factory=dict)
    """Custom fields that `opsmon netbox write` fills, and with what · 回写的自定义字段"""

    def resolve(self) -> NetboxSettings:
        """What the section describes."""
        filters = {
            "status": self.status, "site": self.sites, "role": self.roles, "tag": self.tags,
            "tag__n": self.without_tags, "tenant": self.tenants,
        }  # fmt: skip
        return NetboxSettings(
            self.url, self.token, self.authority or "", self.timeout,
            {name: tuple(words) for name, words in filters.items() if words},
            self.kinds, self.profiles, self.labels, self.write,
        )  # fmt: skip
