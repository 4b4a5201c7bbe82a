"""How a device is reached, once its layers are merged: SNMP and SSH access, complete or refused."""

from collections.abc import Mapping

from opsmon.config.inventory.inventory_spec import JumpSpec, SnmpAccessSpec, SnmpAuthSpec, SnmpPrivSpec, SshAccessSpec
from opsmon.config.secret import FileSecrets, MissingSecret
from opsmon.config.yaml.mistake import Mistake
from opsmon.model.device import JumpHost, SnmpAccess, SnmpV3Key, SnmpVersion, SshAccess
from opsmon.model.name import DeviceName

MIN_KEY = 8  # RFC 3414, 11.2: passwords of a user are at least eight octets


class IncompleteAccessError(Exception):
    """The merged fields do not make an access; carries the mistake, its steps from the device."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake.message)
        self.mistake = mistake


def _incomplete(steps: tuple[str, ...], message: str, hint: str) -> IncompleteAccessError:
    return IncompleteAccessError(Mistake(steps, message, hint))


def resolve_snmp(fields: Mapping[str, object], secrets: FileSecrets) -> SnmpAccess:
    """The access that `snmp:` comes to; raises IncompleteError where a version lacks what it needs."""
    spec = SnmpAccessSpec.model_validate(fields, context=secrets.context)
    version = SnmpVersion(spec.version or "2c")
    port = spec.port or 161
    if version is SnmpVersion.V3:
        return _user_access(spec, port)
    if spec.community is None:
        hint = "`community: {env: NAME}`"
        raise _incomplete(("snmp",), f"SNMP version {version.value} needs a `community`", hint)
    return SnmpAccess(version, port, community=spec.community)


def _user_access(spec: SnmpAccessSpec, port: int) -> SnmpAccess:
    if spec.user is None:
        raise _incomplete(("snmp",), "SNMP version 3 needs a `user`", "and `auth`, `priv` as the device wants them")
    if spec.priv is not None and spec.auth is None:
        raise _incomplete(("snmp", "priv"), "`priv` needs `auth` too", "SNMPv3 never encrypts without authentication")
    auth, priv = _key(spec.auth, "auth"), _key(spec.priv, "priv")
    return SnmpAccess(SnmpVersion.V3, port, user=spec.user, auth=auth, priv=priv, context=spec.context or "")


def _key(spec: SnmpAuthSpec | SnmpPrivSpec | None, name: str) -> SnmpV3Key | None:
    if spec is None:
        return None
    if spec.protocol is None or spec.key is None:
        raise _incomplete(("snmp", name), f"`{name}` needs both `protocol` and `key`", "")
    if not isinstance(spec.key, MissingSecret) and len(spec.key.reveal().encode()) < MIN_KEY:
        raise _incomplete(("snmp", name, "key"), f"the key is shorter than {MIN_KEY} octets", "RFC 3414")
    return SnmpV3Key(spec.protocol, spec.key)


def resolve_ssh(fields: Mapping[str, object], secrets: FileSecrets) -> SshAccess:
    """The access that `ssh:` comes to; raises IncompleteError without a user name."""
    spec = SshAccessSpec.model_validate(fields, context=secrets.context)
    if spec.username is None:
        raise _incomplete(("ssh",), "`ssh` needs a `username`", "")
    return SshAccess(
        username=spec.username, port=spec.port or 22, password=spec.password,
        key=str(secrets.find_key_file(str(fields["key"]))) if spec.key else None,
        enable=spec.enable, platform=spec.platform, hostnames=_listed(spec.hostname),
        legacy=bool(spec.legacy),
        prompt=spec.prompt or "", pager=spec.pager or "", stall_s=spec.stall, longest_s=spec.longest,
        jump=_jump(spec.jump, fields.get("jump"), secrets),
    )  # fmt: skip


def _jump(spec: str | JumpSpec | None, written: object, secrets: FileSecrets) -> JumpHost | None:
    """The host on the way; one that is named is found in the inventory later (jump.py)."""
    if spec is None:
        return None
    if isinstance(spec, str):
        return JumpHost(DeviceName(spec))
    fields = written if isinstance(written, dict) else {}
    key = str(secrets.find_key_file(fields["key"])) if spec.key else None
    inner = _jump(spec.jump, fields.get("jump"), secrets)
    access = SshAccess(spec.username, spec.port or 22, spec.password, key, legacy=bool(spec.legacy), jump=inner)
    return JumpHost(DeviceName(spec.hostname), spec.hostname, access)


def _listed(names: str | list[str] | None) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names or ())
