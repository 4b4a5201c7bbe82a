"""What people slip on when they write YAML, and what they are told: in their words, at the place, with the mend."""

from collections.abc import Callable

import pytest

from opsmon.config.root import Root
from opsmon.errors import ConfigError

SITE, CONTRACT, PROFILE = "inventories/a.yaml", "rules/contracts/c.yaml", "probes/x.yaml"
SLIPS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    (
        "indent",
        SITE,
        "site: a\ndevices:\n  - name: b\n    address: 192.0.2.2\n   kind: switch\n",
        ("5:4: not indented like the lines that it belongs to (what it belongs to begins at line 3, column 3)",),
    ),
    (
        "indent2",
        SITE,
        "site: a\ndevices:\n  - name: b\n      address: 192.0.2.2\n    kind: switch\n",
        ("4:7: indented deeper than the line above, which has its value (as far as the key in line 3)",),
    ),
    (
        "indent-key-out",
        SITE,
        "site: a\ndevices:\n  - name: b\n  address: 192.0.2.2\n",
        ("4:3: not indented like the lines that it belongs to (what it belongs to begins at line 3, column 3)",),
    ),
    (
        "not-indented",
        SITE,
        "site: a\ndefaults:\nsnmp: {community: {env: X}}\n",
        ("3:1: unknown key `snmp` (it belongs to a device, or under `defaults:`: indent it)",),
    ),
    (
        "tab",
        SITE,
        "site: a\ndevices:\n\t- {name: b}\n",
        ("3:1: a tab in the indentation (YAML is indented with spaces)",),
    ),
    (
        "missing-colon",
        SITE,
        "site: a\ntitle x\ndevices: []\n",
        ("2:1: a key without its colon (`key: value`, with a blank after the colon)",),
    ),
    (
        "missing-colon2",
        SITE,
        "site: a\ndevices:\n  - name b\n    address: 1.2.3.4\n",
        ("3:5: a key without its colon (`key: value`)",),
    ),
    (
        "no-blank",
        SITE,
        "site:a\n",
        ("1:1: expected a mapping, found text (`key: value`, with a blank after the colon)",),
    ),
    (
        "no-blank-flow",
        SITE,
        "site: a\ndevices:\n  - {name: b, address: 192.0.2.2, kind: switch, snmp:{community: x}}\n",
        ("3:49: a key without its colon (`key: value`, with a blank after the colon)",),
    ),
    (
        "no-blank-flow2",
        SITE,
        "site: a\ndevices:\n  - {name: b, address: 192.0.2.2, kind: switch, port:1}\n",
        ("3:49: unknown key `port:…` (a blank after the colon: `port: …`)",),
    ),
    (
        "colon-in-text",
        SITE,
        "site: a\ntitle: hall: north\n",
        ("2:12: a second colon in one line (text with `: ` in it needs quotes)",),
    ),
    (
        "unclosed-quote",
        SITE,
        'site: a\ntitle: "hall\ndevices: []\n',
        ("2:8: a quote that is opened here and never closed (close it, or leave it out)",),
    ),
    (
        "unclosed-brace",
        SITE,
        "site: a\n"
        "devices:\n"
        "  - {name: b, address: 192.0.2.2, kind: switch\n"
        "  - {name: c, address: 192.0.2.3, kind: switch}\n",
        ("4:5: a comma or the closing `}` is missing before this (opened at line 3, column 5)",),
    ),
    (
        "comma-missing",
        SITE,
        "site: a\ndevices:\n  - {name: b address: 192.0.2.2, kind: switch}\n",
        ("3:21: a comma or the closing `}` is missing before this (opened at line 3, column 5)",),
    ),
    (
        "dup-key",
        SITE,
        "site: a\nsite: b\n",
        ("2:1: the key `site` stands twice (first at line 1, column 1)",),
    ),
    (
        "devices-map",
        SITE,
        "site: a\ndevices:\n  b: {address: 192.0.2.2, kind: switch}\n",
        ("3:3: expected a list, found a mapping (begin each item with `-`)",),
    ),
    (
        "device-text",
        SITE,
        "site: a\ndevices:\n  - b\n",
        ("3:5: expected a mapping, found text (`key: value`, with a blank after the colon)",),
    ),
    (
        "parents-text",
        SITE,
        "site: a\ndevices:\n  - {name: b, address: 192.0.2.2, kind: switch, parents: core}\n",
        ("3:58: expected a list, found text (write `[…]` or lines that begin with `-`)",),
    ),
    (
        "labels-list",
        SITE,
        "site: a\ndevices:\n  - {name: b, address: 192.0.2.2, kind: switch, labels: [a, b]}\n",
        ("3:57: expected a mapping, found a list (leave out the `-`)",),
    ),
    (
        "label-number",
        SITE,
        "site: a\ndevices:\n  - {name: b, address: 192.0.2.2, kind: switch, labels: {floor: 3}}\n",
        ("3:65: expected text, found a number (put it in quotes)",),
    ),
    (
        "port-text",
        SITE,
        "site: a\n"
        "devices:\n"
        '  - {name: b, address: 192.0.2.2, kind: switch, snmp: {community: {env: X}, port: "161"}}\n',
        ("3:83: expected a whole number, found text (write the number without quotes)",),
    ),
    (
        "port-high",
        SITE,
        "site: a\n"
        "devices:\n"
        "  - {name: b, address: 192.0.2.2, kind: switch, snmp: {community: {env: X}, port: 70000}}\n",
        ("3:83: must be at most 65535",),
    ),
    (
        "wrong-kind",
        SITE,
        "site: a\ndevices:\n  - {name: b, address: 192.0.2.2, kind: swich}\n",
        ("3:41: unknown word `swich` (did you mean `switch`?)",),
    ),
    (
        "adress",
        SITE,
        "site: a\ndevices:\n  - {name: b, adress: 192.0.2.2, kind: switch}\n",
        ("3:15: unknown key `adress` (did you mean `address`?)",),
    ),
    (
        "ip",
        SITE,
        "site: a\ndevices:\n  - {name: b, ip: 192.0.2.2, kind: switch}\n",
        ("3:15: unknown key `ip` (did you mean `address`?)",),
    ),
    (
        "checks-text",
        SITE,
        "site: a\ndevices:\n  - {name: b, address: 192.0.2.2, kind: switch, checks: icmp}\n",
        ("3:57: expected a list, found text (write `[…]` or lines that begin with `-`)",),
    ),
    (
        "checks-wrong",
        SITE,
        "site: a\ndevices:\n  - {name: b, address: 192.0.2.2, kind: switch, checks: [ping]}\n",
        ("3:58: unknown check `ping` (did you mean `icmp`?)",),
    ),
    (
        "checks-nested",
        SITE,
        "site: a\ndevices:\n  - {name: b, address: 192.0.2.2, kind: switch, checks: [icmp, {tcp: {prot: 5060}}]}\n",
        ("3:71: unknown key `prot` (did you mean `port`?)",),
    ),
    (
        "checks-port-as-value",
        SITE,
        "site: a\ndevices:\n  - {name: b, address: 192.0.2.2, kind: switch, checks: [{tcp: 5060}]}\n",
        ("3:64: expected a mapping, found a number (`{tcp: {port: 5060}}`)",),
    ),
    (
        "checks-two-keys",
        SITE,
        "site: a\ndevices:\n  - {name: b, address: 192.0.2.2, kind: switch, checks: [{tcp: {port: 1}, http: {}}]}\n",
        ("3:58: several checks in one item (each one is an item of its own: `- …`)",),
    ),
    (
        "checks-map",
        SITE,
        "site: a\ndevices:\n  - {name: b, address: 192.0.2.2, kind: switch, checks: {icmp: {}}}\n",
        ("3:57: expected a list, found a mapping (begin each item with `-`)",),
    ),
    (
        "tcp-bare",
        SITE,
        "site: a\ndevices:\n  - {name: b, address: 192.0.2.2, kind: switch, checks: [tcp]}\n",
        ("3:58: `port` is missing (`{tcp: {port: …}}`)",),
    ),
    (
        "period-bare-unit",
        SITE,
        "site: a\ndevices:\n  - {name: b, address: 192.0.2.2, kind: switch, periods: {icmp: 30 s}}\n",
        ("3:65: not a length of time (a number and its unit, such as `30s`, `5m` or `1h30m`)",),
    ),
    (
        "period-list",
        SITE,
        "site: a\ndevices:\n  - {name: b, address: 192.0.2.2, kind: switch, periods: [icmp]}\n",
        ("3:58: expected a mapping, found a list (leave out the `-`)",),
    ),
    (
        "yes",
        SITE,
        "site: a\ndevices:\n  - {name: b, address: 192.0.2.2, kind: switch, ssh: {username: u, legacy: yes}}\n",
        ("3:76: expected `true` or `false`, found text (`yes`, `no`, `on` and `off` are text here)",),
    ),
    (
        "version",
        SITE,
        "site: a\n"
        "devices:\n"
        "  - {name: b, address: 192.0.2.2, kind: switch, snmp: {version: v2c, community: {env: X}}}\n",
        ("3:65: the version is 1, 2c or 3",),
    ),
    (
        "secret-two",
        SITE,
        "site: a\ndevices:\n  - {name: b, address: 192.0.2.2, kind: switch, snmp: {community: {env: X, file: y}}}\n",
        ("3:67: a secret is text or a reference (`{env: NAME}` or `{file: path}`; a number needs quotes)",),
    ),
    (
        "secret-env-typo",
        SITE,
        "site: a\ndevices:\n  - {name: b, address: 192.0.2.2, kind: switch, snmp: {community: {evn: X}}}\n",
        ("3:67: a secret is text or a reference (`{env: NAME}` or `{file: path}`; a number needs quotes)",),
    ),
    (
        "jump",
        SITE,
        "site: a\ndevices:\n  - {name: b, address: 192.0.2.2, kind: switch, ssh: {username: u, jump: {host: x}}}\n",
        (
            "3:74: `username` is missing",
            "3:75: unknown key `host` (did you mean `hostname`?)",
        ),
    ),
    (
        "jump-number",
        SITE,
        "site: a\ndevices:\n  - {name: b, address: 192.0.2.2, kind: switch, ssh: {username: u, jump: 5}}\n",
        ("3:74: a jump host is the name of a device, or `{hostname: …, username: …}`",),
    ),
    (
        "hostname",
        SITE,
        "site: a\ndevices:\n  - {name: b, address: 192.0.2.2, kind: switch, ssh: {username: u, hostname: 5}}\n",
        ("3:78: expected text or a list, found a number (put it in quotes)",),
    ),
    (
        "hostname-list",
        SITE,
        "site: a\ndevices:\n  - {name: b, address: 192.0.2.2, kind: switch, ssh: {username: u, hostname: [a, 5]}}\n",
        ("3:82: expected text, found a number (put it in quotes)",),
    ),
    (
        "con-from",
        CONTRACT,
        "contract: c\n"
        "title: t\n"
        "services: {s: {title: s}}\n"
        "clauses:\n"
        "  - {id: A, source: x, what: w, target: resolve, from: [reportd], limit: 1 h}\n",
        ("5:57: unknown word `reportd` (did you mean `reported`?)",),
    ),
    (
        "con-from2",
        CONTRACT,
        "contract: c\n"
        "title: t\n"
        "services: {s: {title: s}}\n"
        "clauses:\n"
        "  - {id: A, source: x, what: w, target: resolve, from: 5, limit: 1 h}\n",
        (
            "5:56: expected one of detected, reported, notified, acknowledged, remote_started, remote_failed, on_site, spare_needed, spare_installed, fallback_agreed, resolved, report_filed, excluded, included, withdrawn or a list, found a number",
        ),
    ),
    (
        "con-from-word",
        CONTRACT,
        "contract: c\n"
        "title: t\n"
        "services: {s: {title: s}}\n"
        "clauses:\n"
        "  - {id: A, source: x, what: w, target: resolve, from: reportd, limit: 1 h}\n",
        ("5:56: unknown word `reportd` (did you mean `reported`?)",),
    ),
    (
        "con-limit",
        CONTRACT,
        "contract: c\n"
        "title: t\n"
        "services: {s: {title: s}}\n"
        "clauses:\n"
        "  - {id: A, source: x, what: w, target: resolve, from: reported, limit: 1h}\n",
        (
            "5:73: not a limit (such as `3 min`, `2 h`, `5 days`, `1 workday to 18:00`, `3 months` or `10 days, not rolled`)",
        ),
    ),
    (
        "con-applies",
        CONTRACT,
        "contract: c\n"
        "title: t\n"
        "services: {s: {title: s}}\n"
        "clauses:\n"
        "  - {id: A, source: x, what: w, target: resolve, from: reported, limit: 1 h, applies: {kind: [switch]}}\n",
        ("5:88: unknown key `kind` (did you mean `kinds`?)",),
    ),
    (
        "con-applies-kinds",
        CONTRACT,
        "contract: c\n"
        "title: t\n"
        "services: {s: {title: s}}\n"
        "clauses:\n"
        "  - {id: A, source: x, what: w, target: resolve, from: reported, limit: 1 h, applies: [{kinds: [swich]}]}\n",
        ("5:97: unknown word `swich` (did you mean `switch`?)",),
    ),
    (
        "con-applies-num",
        CONTRACT,
        "contract: c\n"
        "title: t\n"
        "services: {s: {title: s}}\n"
        "clauses:\n"
        "  - {id: A, source: x, what: w, target: resolve, from: reported, limit: 1 h, applies: 5}\n",
        ("5:87: expected text, a mapping or a list, found a number (put it in quotes)",),
    ),
    (
        "con-title",
        CONTRACT,
        "contract: c\n"
        "title: {en: a, zn: b}\n"
        "services: {s: {title: s}}\n"
        "clauses:\n"
        "  - {id: A, source: x, what: w, target: resolve, from: reported, limit: 1 h}\n",
        ("2:16: unknown key `zn` (known keys: en, zh)",),
    ),
    (
        "con-labels",
        CONTRACT,
        "contract: c\n"
        "title: t\n"
        "services: {s: {title: s}}\n"
        "clauses:\n"
        "  - {id: A, source: x, what: w, target: resolve, from: reported, limit: 1 h, applies: {labels: {venue: 5}}}\n",
        ("5:104: expected text or a list, found a number (put it in quotes)",),
    ),
    (
        "cond-metric",
        "rules/conditions.yaml",
        "conditions:\n  - {name: X1x, metric: cpu, above: 1, summary: {zh: a, en: b}}\n",
        ("2:25: unknown metric `cpu` (such as device_cpu_ratio)",),
    ),
    (
        "cond-above",
        "rules/conditions.yaml",
        "conditions:\n  - {name: X1x, metric: device_cpu_ratio, above: high, summary: {zh: a, en: b}}\n",
        ("2:50: expected a number, found text",),
    ),
    (
        "cond-summary",
        "rules/conditions.yaml",
        "conditions:\n  - {name: X1x, metric: device_cpu_ratio, above: 0.9, summary: text}\n",
        ("2:64: expected a mapping, found text (`key: value`, with a blank after the colon)",),
    ),
    (
        "set-lang",
        "opsmon.yaml",
        "language: cn\n",
        ("1:11: unknown word `cn` (one of zh, en)",),
    ),
    (
        "set-webhooks",
        "opsmon.yaml",
        "webhooks: {name: a, url: http://127.0.0.1/}\n",
        ("1:11: expected a list, found a mapping (begin each item with `-`)",),
    ),
    (
        "set-listen",
        "opsmon.yaml",
        "http: {listen: 9876}\n",
        ("1:16: expected text, found a number (put it in quotes)",),
    ),
    (
        "set-threads",
        "opsmon.yaml",
        "backup: {threads: many}\n",
        ("1:19: expected a whole number, found text",),
    ),
    (
        "set-schedule",
        "opsmon.yaml",
        "backup: {schedule: 2:10}\n",
        ("1:20: not a time of the day (such as `02:30`, in the root's time zone)",),
    ),
    (
        "prof-obj",
        PROFILE,
        "name: x\nobjects: {a: 1.3.6.1, b: {oid: sysName}}\n",
        ("2:32: not a numeric OID such as 1.3.6.1.2.1.1.5.0",),
    ),
    (
        "prof-obj2",
        PROFILE,
        "name: x\nobjects: {a: 5}\n",
        ("2:14: expected text or a mapping, found a number (put it in quotes)",),
    ),
    (
        "prof-metric",
        PROFILE,
        "name: x\nmetrics: {device_cpu_ratio: {value: a}}\n",
        ("2:29: expected a list, found a mapping (begin each item with `-`)",),
    ),
    (
        "prof-states",
        PROFILE,
        "name: x\nobjects: {a: 1.3.6.1.2.0}\nmetrics: {device_fan_ok: [{value: a, states: {1: all}}]}\n",
        ("3:50: expected a list or `rest`, found text",),
    ),
    (
        "prof-backup",
        PROFILE,
        "name: x\nbackup: {comands: [show run]}\n",
        ("2:10: unknown key `comands` (did you mean `commands`?)",),
    ),
    (
        "prof-backup2",
        PROFILE,
        "name: x\nbackup: {platforms: [x]}\n",
        ("2:1: `commands` is missing: which command shows the configuration",),
    ),
    (
        "cal",
        "rules/calendars/x.yaml",
        "seasons: {s: {title: t, dates: 6-1..10-7}}\n",
        ("1:32: `6-1..10-7` is no season (month and day of its first and last day, such as `06-01..10-07`)",),
    ),
    (
        "list-root",
        SITE,
        "- site: a\n",
        ("1:1: expected a mapping, found a list (leave out the `-`)",),
    ),
    (
        "str-null",
        SITE,
        "site:\ndevices: []\n",
        ("1:6: expected text, found nothing (write it behind the colon)",),
    ),
    (
        "empty-device",
        SITE,
        "site: a\ndevices:\n  -\n",
        ("3:4: expected a mapping, found nothing",),
    ),
    (
        "fullwidth-colon",
        SITE,
        "site： a\n",
        ("1:1: expected a mapping, found text (full-width colon `：` in column 5: write `: `)",),
    ),
    (
        "range-count-text",
        SITE,
        'site: a\nranges:\n  - {name: "c-{n}", address: 10.0.0.0/24, count: ten, kind: camera}\n',
        ("3:50: expected a whole number, found text",),
    ),
)  # each: a name, the file, what is written, what is said of it (after its path)


@pytest.mark.parametrize(("file", "written", "said"), [slip[1:] for slip in SLIPS], ids=[slip[0] for slip in SLIPS])
def test_a_slip_is_told_at_its_place_with_its_mend(
    load: Callable[..., Root], file: str, written: str, said: tuple[str, ...]
) -> None:
    with pytest.raises(ConfigError) as caught:
        load({file: written})
    assert [str(problem) for problem in caught.value.problems if not problem.warning] == [
        f"{file}:{one}" for one in said
    ]
