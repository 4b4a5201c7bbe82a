"""What `opsmon init` writes: a commented `opsmon.yaml`, copies of the stock profiles, conditions and calendars, and a
first site under a sample contract, or else the contracts and inventories of examples; and of on call a sample that
calls nobody."""

import shutil
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from opsmon.config.oncall.load import ONCALL_FILE
from opsmon.config.oncall.people import PEOPLE_FILE
from opsmon.config.oncall.sample import PEOPLE_TEXT, SAMPLE_CONTRACT, oncall_text
from opsmon.config.sample_contract import CONTRACT_TEXT
from opsmon.config.schema.files import SCHEMAS, modeline, write_schemas
from opsmon.config.stock import CONTRACTS, PARTS, example_names, stock_root
from opsmon.errors import ConfigError, Problem
from opsmon.layout import INVENTORIES, SETTINGS_FILE
from opsmon.private_file import FILE_MODE
from opsmon.text.bilingual import Sentence
from opsmon.text.near_miss import meant, shown

SETTINGS_TEXT = """\
## opsmon 的设置；每一项都可以省略，写出来的就是默认值。
## The daemon's settings; every key is optional, these are the defaults.
#
# http:
#   listen: "127.0.0.1:9876"          # 本机可读，命令需要令牌 / open to read on loopback; commands need the token
#   token: {env: OPSMON_TOKEN}        # 密钥只写引用：{env: 名称} 或 {file: 路径} / a secret is a reference
#   public_url: https://monitor.example # 消息中链接的地址 / where the links in messages lead
# store: sqlite:///var/opsmon.db      # 相对于本目录，也可以是 PostgreSQL / relative to this directory, or PostgreSQL
# language: zh                        # zh 或 en：通知和表单的语言 / of messages and sheets
# timezone: Asia/Shanghai
# hold_down: 30s                     # 恢复保持多久才算恢复 / how long a recovery must last to be believed
# webhooks:
#   - {name: oncall, url: "http://127.0.0.1:9099/hook", format: alertmanager, secret: {env: HOOK_SECRET}}
# backup: {repository: backups, threads: 20}   # schedule: "02:10" 每晚由守护进程备份 / each night by the daemon
"""
INVENTORY_TEXT = """\
# 一个文件就是一个站点；可以有任意多个文件和子目录。 / One file, one site; as many files and folders as you like.
site: sample-office
title: 示例办公室
contract: sample-service            # rules/contracts/sample.yaml
service: office
labels: {venue: sample}
defaults:
  # 站点内所有设备的默认值，设备自己的值优先。 / Inherited by every device; a device's own fields win.
  snmp: {version: 2c, community: {env: SNMP_SAMPLE}}
templates:
  camera: {kind: camera, parents: [sample-core], title: "摄像机 {n}"}
devices:
  - name: sample-core
    title: 核心交换机
    address: 192.0.2.1                # 改成真实地址 / put a real address here
    kind: switch
    important: [GigabitEthernet0/0/24]
  - name: sample-ups
    title: 机房 UPS
    address: 192.0.2.2
    kind: ups
    parents: [sample-core]
  - name: sample-web
    title: 业务网站
    address: www.example.org
    kind: server
    snmp: null                        # null 去掉继承来的值 / null takes away what is inherited
    checks: [icmp, {tcp: {port: 443}}]
    periods: {icmp: 30s}
ranges:
  # {n} 是主机号：sample-cam-011 … sample-cam-018 / {n} is the host number in the network
  - {name: "sample-cam-{n:03}", address: 192.0.2.0/24, first: 11, count: 8, use: [camera]}
"""
FILES = {
    "inventories/sample.yaml": INVENTORY_TEXT,
    f"{CONTRACTS}/sample.yaml": CONTRACT_TEXT,
}


def write_root(folder: Path, examples: Sequence[str] = ()) -> tuple[Path, ...]:
    """Write a new root and return what was written. With `examples` their contracts and inventories stand in it
    instead of the sample. Raises ConfigError before writing when something is in the way, or no example has the name.
    """
    _refuse_unknown(examples)
    _refuse_overwriting(folder)
    written = [_write(folder, SETTINGS_FILE, SETTINGS_TEXT)]
    write_schemas(folder / SCHEMAS)
    written.append(folder / SCHEMAS)
    for part in PARTS:
        copied = shutil.copytree(stock_root() / part, folder / part, ignore=_left_out)
        written.append(Path(copied))
    for name in dict.fromkeys(examples):
        written += _copy_example(folder, name)
    _write(folder, str(ONCALL_FILE), oncall_text(examples[0] if examples else SAMPLE_CONTRACT))  # among the rules
    people = _write(folder, str(PEOPLE_FILE), PEOPLE_TEXT)
    people.chmod(FILE_MODE)
    written.append(people)
    if not examples:
        written += [_write(folder, name, text) for name, text in FILES.items()]
    return tuple(written)


def _left_out(folder: str, names: list[str]) -> list[str]:
    """Hidden files, and the contracts of the examples."""
    contracts = Path(folder) == stock_root() / CONTRACTS
    return [name for name in names if contracts or name.startswith(".") or name == "__pycache__"]


def _write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(modeline(PurePosixPath(name)) + text, encoding="utf-8")
    return file


def _copy_example(folder: Path, name: str) -> tuple[Path, Path]:
    stock = stock_root()
    contract = folder / CONTRACTS / f"{name}.yaml"
    shutil.copyfile(stock / CONTRACTS / f"{name}.yaml", contract)
    sites = shutil.copytree(stock / INVENTORIES / name, folder / INVENTORIES / name, ignore=_left_out)
    return contract, Path(sites)


def _refuse_unknown(examples: Sequence[str]) -> None:
    known = example_names()
    wrong = [name for name in examples if name not in known]
    if wrong:
        listed = Sentence(f"there are {', '.join(known)}", f"已有：{'、'.join(known)}")
        hints = {name: meant(name, known) or listed for name in wrong}
        raise ConfigError(
            tuple(
                Problem("", 0, 0, Sentence(f"no example {shown(name)}", f"没有示例 {shown(name)}"), hints[name])
                for name in wrong
            )
        )


def _refuse_overwriting(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise ConfigError((Problem(str(folder), 0, 0, Sentence("is a file, not a directory", "是文件，不是目录")),))
    present = [
        name for name in (SETTINGS_FILE, str(PEOPLE_FILE), INVENTORIES, SCHEMAS, *PARTS) if (folder / name).exists()
    ]
    if present:
        hint = Sentence(
            "nothing was written; take an empty or a new directory", "没有写入任何文件；请换一个空目录或新目录"
        )
        raise ConfigError(
            tuple(Problem(str(folder / name), 0, 0, Sentence("is there already", "已存在"), hint) for name in present)
        )
