"""rules/oncall.yaml and people.yaml: what loads, and every mistake in its place with a hint."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from opsmon.config.new_root import write_root
from opsmon.config.oncall.sample import ONCALL_TEXT, PEOPLE_TEXT
from opsmon.config.root import Root, load_root
from opsmon.contract.calendar.calendar import DayKind
from opsmon.errors import ConfigError
from opsmon.model.incident import Severity
from opsmon.model.name import ChannelName, ContractId, PersonId, PlanName, RotaName
from opsmon.notify.channel import ChannelKind, MailTls, Reaches
from opsmon.oncall.plan import Hold, HolderTarget, PersonTarget, RotaTarget
from opsmon.oncall.roster import LeaveLimits
from opsmon.text.bilingual import Text
from tests.support.config.layout import lay_out
from tests.support.config.schemas import uncommented

Load = Callable[..., Root]
CONTRACT = """\
contract: c
title: t
services: {vc: {title: v}}
labels: {venue: [main-hall, bureau]}
periods: {key: {title: k, sets: [holidays, flood]}}
clauses: [{id: E1, source: s, what: ack, target: acknowledge, from: [notified, reported], limit: 3 min}]
"""
CALENDAR = "seasons: {flood: {title: flood, dates: 06-01..10-07}}\nevents: {events: []}\n"
SITE = "site: hall\ntitle: h\ncontract: c\nservice: vc\nlabels: {role: x}\ndevices: [{name: a, address: 192.0.2.1, kind: switch}]\n"
PEOPLE = """\
people:
  p-a: {name: {zh: 甲工, en: A}, wecom: jia, mail: a@example.org, phone: {env: TEL}, account: a}
  p-b: {name: 乙工, language: en, mail: {env: MAIL_B}}
  p-c: {name: 丙工}
"""
ONCALL = """\
channels:
  robot: {kind: wecom, key: {env: KEY}, members: [p-a, p-c]}
  ding: {kind: dingtalk, token: {env: KEY}, secret: {env: KEY}, per_month: 1000}
  mail: {kind: mail, server: "smtp.example.org:587", from: opsmon@example.org, username: u, password: {env: KEY}}
  sms: {kind: json, url: {env: GATE}}
  am: {kind: alertmanager-v2, url: ["http://127.0.0.1:9093", "http://127.0.0.1:9094"]}
rotas:
  vc:
    title: 视频组
    calendar: c
    leave: {days_a_year: 5, people_at_once: 2}
    shifts:
      - {name: key, on: {period: key}, from: "09:00", to: "09:00+1", crews: [[p-a, p-b], [p-c]], since: "2026-11-01", turn: 2}
      - {name: day, on: 工作日, from: "09:00", to: "18:00", crews: [[p-a, p-b]], need: 2}
      - {name: night, on: [saturday, rest], title: 夜班, from: "18:00", to: "09:00+1", crews: [p-a, p-b], since: "2026-11-02"}
leave: [{person: p-a, dates: 2026-12-01..2026-12-03}]
plans:
  hall:
    match: {contract: c, venue: [main-hall], severity: major}
    steps:
      - {tell: "rota:vc", by: [robot, mail], wait: auto}
      - {tell: ["person:p-b", holder], by: sms, wait: 5m}
    rounds: 2
    breached: {tell: "person:p-a", by: mail}
    hold: {acknowledged: 10m, worked: 30m}
    notice: {counts: false}
    quiet: {on: rest, below: major, until: "08:30"}
  rest: {steps: [{tell: "rota:vc", by: robot}]}
"""
FILES = {
    "rules/contracts/c.yaml": CONTRACT,
    "rules/calendars/c.yaml": CALENDAR,
    "inventories/hall.yaml": SITE,
    "people.yaml": PEOPLE,
    "rules/oncall.yaml": ONCALL,
}
ENVIRON = {"KEY": "geheim", "GATE": "http://127.0.0.1:9/sms", "TEL": "10086", "MAIL_B": "b@example.org"}


def test_the_files_become_what_the_engine_and_the_senders_go_by(load: Load) -> None:
    oncall = load(FILES, environ=ENVIRON).oncall
    rules = oncall.rules
    assert [str(person.title.zh or person.title.en) for person in rules.people.values()] == ["甲工", "乙工", "丙工"]
    assert rules.people[PersonId("p-a")].title == Text("A", "甲工")
    assert (rules.people[PersonId("p-a")].account, rules.people[PersonId("p-b")].language) == ("a", "en")
    reached = {name: set(reach.people) for name, reach in rules.channels.items()}
    assert reached == {
        "robot": {"p-a", "p-c"}, "ding": {"p-a", "p-b", "p-c"}, "mail": {"p-a", "p-b"}, "sms": {"p-a"},
    }  # fmt: skip
    assert [channel.name for channel in oncall.channels if not channel.counts] == ["am"]
    (leave,) = rules.leave
    assert (leave.person, leave.first, leave.last) == ("p-a", date(2026, 12, 1), date(2026, 12, 3))


def test_shifts_resolve_their_days_hours_and_crews(load: Load) -> None:
    rota = load(FILES, environ=ENVIRON).oncall.rules.rotas[RotaName("vc")]
    assert (rota.title, rota.contract, rota.leave) == (Text("视频组"), "c", LeaveLimits(5, 2))
    key, day, night = rota.shifts
    assert key.on.periods == ("holidays", "flood")
    assert (key.begin_s, key.end_s, key.turn, key.since) == (9 * 3600, 33 * 3600, 2, date(2026, 11, 1))
    assert key.crews == (("p-a", "p-b"), ("p-c",))
    assert day.on.kinds == {DayKind.WORKDAY, DayKind.MAKE_UP}
    assert (day.need, night.need, night.title) == (2, 1, Text("夜班"))
    assert night.on.weekdays == {5}
    assert night.on.kinds == {DayKind.WEEKEND, DayKind.HOLIDAY, DayKind.CLOSURE}
    assert night.crews == (("p-a",), ("p-b",))


def test_plans_resolve_in_the_order_of_the_file(load: Load) -> None:
    rules = load(FILES, environ=ENVIRON).oncall.rules
    assert list(rules.plans) == ["hall", "rest"]
    hall, rest = rules.plans[PlanName("hall")], rules.plans[PlanName("rest")]
    assert (hall.match.contracts, hall.match.scope.labels) == (frozenset({"c"}), {"venue": frozenset({"main-hall"})})
    assert hall.match.scope.severities == {Severity.MAJOR}
    first, second = hall.steps
    assert (first.tell, first.by, first.wait) == ((RotaTarget(RotaName("vc")),), ("robot", "mail"), None)
    assert (second.tell, second.wait) == ((PersonTarget(PersonId("p-b")), HolderTarget()), timedelta(minutes=5))
    assert hall.breached is not None
    assert (hall.rounds, hall.notice_counts, hall.breached.by) == (2, False, ("mail",))
    assert hall.hold == Hold(timedelta(minutes=10), timedelta(minutes=30))
    assert hall.quiet is not None
    assert (hall.quiet.below, hall.quiet.until_s) == (Severity.MAJOR, 8 * 3600 + 1800)
    assert rest.match.takes_all


def test_channels_carry_the_fields_of_their_kind(load: Load) -> None:
    channels = {one.name: one for one in load(FILES, environ=ENVIRON).oncall.channels}
    robot, mail, am = channels["robot"], channels["mail"], channels["am"]
    assert (robot.kind, robot.reaches) == (ChannelKind.WECOM, Reaches.GROUP)
    assert robot.token is not None
    assert robot.token.reveal() == "geheim"
    assert (mail.kind, mail.reaches) == (ChannelKind.MAIL, Reaches.PERSON)
    assert mail.mail is not None
    assert (mail.mail.host, mail.mail.port, mail.mail.tls) == ("smtp.example.org", 587, MailTls.STARTTLS)
    assert len(am.urls) == 2
    assert channels["ding"].per_month == 1000


def test_addresses_stay_with_the_senders_and_hide_themselves(load: Load) -> None:
    root = load(FILES, environ=ENVIRON)
    address = root.oncall.directory["p-a"]
    assert address.phone is not None
    assert (address.title.in_("zh"), address.language, address.wecom, address.phone.reveal()) == (
        "甲工",
        "zh",
        "jia",
        "10086",
    )
    assert "10086" not in repr(root)
    assert "a@example.org" not in repr(root)
    assert "10086" not in repr(root.oncall.rules)
    assert "example.org" not in repr(root.oncall.rules)


def test_the_sample_of_a_new_root_loads_when_its_signs_are_taken_away(tmp_path: Path) -> None:
    write_root(tmp_path / "new")
    file = tmp_path / "new" / "people.yaml"
    assert file.stat().st_mode & 0o777 == 0o600
    assert load_root(tmp_path / "new", environ={}).oncall.rules.is_empty
    file.write_text(uncommented(PEOPLE_TEXT), encoding="utf-8")
    (tmp_path / "new" / "rules" / "oncall.yaml").write_text(uncommented(ONCALL_TEXT), encoding="utf-8")
    rules = load_root(tmp_path / "new", environ={}).oncall.rules
    assert (len(rules.people), len(rules.channels), list(rules.rotas), list(rules.plans)) == (3, 2, ["office"], ["all"])


def test_no_file_means_that_nobody_is_called(load: Load) -> None:
    assert load({"inventories/a.yaml": "site: a\n"}).oncall.rules.is_empty


ONCALL_MISTAKES = [
    ('"rota:vc", by: robot}', '"rota:vcc", by: robot}', "plans.rest.steps.0.tell.0", "no such rota: `vcc` (did you mean `vc`?)"),
    ("[robot, mail], wait", "[robott, mail], wait", "plans.hall.steps.0.by.0", "no such channel: `robott` (did you mean `robot`?)"),
    ('"person:p-a", by', '"person:p-x", by', "plans.hall.breached.tell.0", "no such person: `p-x` (did you mean"),
    ("crews: [[p-a, p-b]], need", "crews: [[p-a, p-a]], need", "rotas.vc.shifts.1.crews.0.1", "`p-a` is in the crew twice"),
    ("crews: [[p-a, p-b]], need", "crews: [[p-a, p-q]], need", "rotas.vc.shifts.1.crews.0.1", "no such person: `p-q` (did you mean"),
    ("{period: key}", "{period: kez}", "rotas.vc.shifts.0.on", "no such key periods: `kez` (did you mean `key`?)"),
    ("calendar: c", "calendar: cc", "rotas.vc.calendar", "no such contract: `cc` (did you mean `c`?)"),
    ("on: 工作日", "on: wokday", "rotas.vc.shifts.1.on", "unknown days `wokday` (did you mean `workday`?)"),
    ('from: "09:00", to: "18:00"', 'from: "09:00", to: "08:00"', "rotas.vc.shifts.1.to", "it ends before it begins (over midnight write `08:00+1`)"),
    ('from: "09:00", to: "18:00"', 'from: "09:00", to: "25:00"', "rotas.vc.shifts.1.to", "`25:00` is no time of a shift (such as `18:00`"),
    ('from: "09:00", to: "18:00"', 'from: "09：00", to: "18:00"', "rotas.vc.shifts.1.from", "full-width colon `：`"),
    ("need: 2", "need: two", "rotas.vc.shifts.1.need", "expected a whole number, found text"),
    (', since: "2026-11-02"', "", "rotas.vc.shifts.2", "`since` is missing: turns are counted from a day on"),
    ("name: night", "name: day", "rotas.vc.shifts.2.name", "a second shift `day` (names are unique)"),
    ("rounds: 2", "round: 2", "plans.hall.round", "unknown key `round` (did you mean `rounds`?)"),
    ("venue: [main-hall]", "venue: [mainhall]", "plans.hall.match.venue", "matches nothing: no such value: `mainhall` (did you mean `main-hall`?)"),
    ("venue: [main-hall]", "venu: [main-hall]", "plans.hall.match.venu", "neither a key nor a label of anything: `venu` (did you mean `venue`?)"),
    ("contract: c, venue", "contrat: c, venue", "plans.hall.match.contrat", "neither a key nor a label of anything: `contrat` (did you mean `contract`?)"),
    ("wait: 5m", "wait: 2s", "plans.hall.steps.1.wait", "nobody can acknowledge in that time (at least `10s`, or `auto`)"),
    ("wait: 5m", "wait: atuo", "plans.hall.steps.1.wait", "not a length of time"),
    ("holder], by: sms", "holdr], by: sms", "plans.hall.steps.1.tell.1", "`holdr` is nobody to tell (did you mean `holder`?)"),
    ("key: {env: KEY}, members", "token: {env: KEY}, members", "channels.robot.token", "wecom has no `token` (it takes url, key, members)"),
    ("server: \"smtp.example.org:587\", ", "", "channels.mail", "`server` is missing (mail needs it)"),
    ("smtp.example.org:587", "smtp.example.org", "channels.mail.server", "not a mail server"),
    ("members: [p-a, p-c]", "members: [p-a, p-d]", "channels.robot.members.1", "no such person: `p-d` (did you mean"),
    ("kind: dingtalk", "kind: dingtak", "channels.ding.kind", "unknown word `dingtak` (did you mean `dingtalk`?)"),
    ("person: p-a, dates", "person: p-z, dates", "leave.0.person", "no such person: `p-z` (did you mean"),
    ("2026-12-01..2026-12-03", "2026-12-05..2026-12-03", "leave.0.dates", "ends before it begins"),
    ("until: \"08:30\"", "until: \"8h\"", "plans.hall.quiet.until", "no time of day (such as `08:30`)"),
    ("wait: 5m", "wait: 9999999d", "plans.hall.steps.1.wait", "nobody waits so long (at most `168h`)"),
    ("wait: 5m", "wait: 99999999999999999d", "plans.hall.steps.1.wait", "nobody waits so long"),
    ("wait: 5m", "wait: -1", "plans.hall.steps.1.wait", "not a length of time"),
    ("worked: 30m", "worked: 999999999d", "plans.hall.hold.worked", "nobody waits so long"),
    ("{on: rest, below", "{on: daily, below", "plans.hall.quiet.on", "every day would be quiet, and nobody ever told"),
    ('since: "2026-11-02"', 'since: "0001-01-01"', "rotas.vc.shifts.2.since", "0001-01-01 is too far away"),
    ("by: robot}]", "by: am}]", "plans.rest.steps.0.by.0", "`am` is an Alertmanager: no person is called by it"),
    ("{kind: wecom, key: {env: KEY}", '{kind: wecom, key: "https://chat.invalid/send?key=geheim"', "channels.robot.key", "a whole address"),
    ("{kind: wecom, key: {env: KEY}", '{kind: wecom, url: "http://relay.example.org/x", key: {env: KEY}', "channels.robot.key", "`key` beside `url` (give one: a `url` is the whole address)"),
    ("{kind: dingtalk, ", '{kind: dingtalk, url: "http://relay.example.org/x", ', "channels.ding.token", "`token` beside `url`"),
    ("  robot: {", "  ro bot: {", "channels.ro bot", "`ro bot` is no name (up to 60 ASCII letters"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "key", "said"), ONCALL_MISTAKES, ids=[key for _, _, key, _ in ONCALL_MISTAKES])
def test_a_mistake_is_told_at_its_place_with_a_hint(load: Load, old: str, new: str, key: str, said: str) -> None:
    assert ONCALL.count(old) == 1
    text = ONCALL.replace(old, new)
    with pytest.raises(ConfigError) as caught:
        load({**FILES, "rules/oncall.yaml": text}, environ=ENVIRON)
    told = [problem for problem in caught.value.problems if not problem.warning]
    assert [problem.path for problem in told] == ["rules/oncall.yaml"] * len(told)
    first = next(problem for problem in told if said in str(problem))
    assert new in text.splitlines()[first.line - 1]
    assert first.column > 0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("a@example.org", "example.org", "not a mail address (one address in ASCII"),
        ("a@example.org", "张三@example.org", "not a mail address"),
        ("a@example.org", "'A <a@example.org>'", "not a mail address"),
        ("a@example.org", "'a@example.org, b@example.org'", "not a mail address"),
        ("a@example.org", '"a@example.org\\nBcc: c@example.org"', "not a mail address"),
        ("{env: TEL}", "'the red one'", "not a phone number (its digits, such as"),
        ("{env: TEL}", "{env: KEY}", "not a phone number"),
    ],
)
def test_an_address_that_is_none_is_told_where_it_stands_and_not_repeated(
    load: Load, old: str, new: str, said: str
) -> None:
    text = PEOPLE.replace(old, new)
    with pytest.raises(ConfigError) as caught:
        load({**FILES, "people.yaml": text}, environ=ENVIRON)
    (told,) = [problem for problem in caught.value.problems if not problem.warning]
    assert (told.path, told.line) == ("people.yaml", 2)
    assert said in str(told)
    assert not any(secret in str(told) for secret in ("a@example", "red one", "geheim"))


def test_a_number_is_known_by_its_digits(load: Load) -> None:
    phone = load(FILES, environ={**ENVIRON, "TEL": "+86 138-0000 0000"}).oncall.directory["p-a"].phone
    assert phone is not None
    assert phone.reveal() == "+8613800000000"


def test_an_alertmanager_is_no_way_to_people(load: Load) -> None:
    root = load(FILES, environ=ENVIRON)
    assert "am" in [channel.name for channel in root.oncall.channels]
    assert "am" not in root.oncall.rules.channels


def test_people_in_the_wrong_file_are_sent_to_the_right_one(load: Load) -> None:
    with pytest.raises(ConfigError, match=r"unknown key `people` \(people stand in people.yaml\)"):
        load({**FILES, "rules/oncall.yaml": f"{ONCALL}{PEOPLE}"}, environ=ENVIRON)
    with pytest.raises(ConfigError, match=r"unknown key `leave` \(it stands in rules/oncall.yaml\)"):
        load({**FILES, "people.yaml": f"{PEOPLE}leave: []\n"}, environ=ENVIRON)


def test_a_channel_may_not_have_the_name_of_a_webhook(load: Load) -> None:
    settings = "webhooks: [{name: robot, url: 'http://127.0.0.1:1/'}]\n"
    with pytest.raises(ConfigError, match=r"oncall.yaml:2:3: a webhook of opsmon.yaml is named `robot` too"):
        load({**FILES, "opsmon.yaml": settings}, environ=ENVIRON)


def test_a_secret_that_is_not_there_is_a_warning_on_a_desk_and_an_error_for_the_daemon(
    load: Load, tmp_path: Path
) -> None:
    told = [str(one) for one in load(FILES, environ={}).warnings]
    assert any("rules/oncall.yaml" in one and "KEY is not set" in one for one in told)
    assert any("people.yaml" in one and "TEL is not set" in one for one in told)
    with pytest.raises(ConfigError, match="TEL is not set"):
        load_root(tmp_path, environ={}, require_secrets=True)


def test_people_that_others_can_read_are_warned_of(tmp_path: Path) -> None:
    root = lay_out(tmp_path, FILES)
    file = root / "people.yaml"
    file.chmod(0o644)
    told = [str(one) for one in load_root(root, environ=ENVIRON).warnings]
    assert [one for one in told if "people.yaml" in one] == [
        "people.yaml:1:1: warning: other accounts of this machine can read or change the numbers and addresses of "
        "people (`chmod 600 people.yaml` for the daemon's account)"
    ]
    file.chmod(0o600)
    assert not [one for one in load_root(root, environ=ENVIRON).warnings if one.path == "people.yaml"]


def test_a_robot_in_clear_text_is_warned_of(load: Load) -> None:
    text = ONCALL.replace("kind: wecom, key: {env: KEY}", 'kind: wecom, url: "http://relay.example.org/x"')
    told = [str(one) for one in load({**FILES, "rules/oncall.yaml": text}, environ=ENVIRON).warnings]
    assert any("whoever is on the way reads it" in one and one.startswith("rules/oncall.yaml:2:") for one in told)


def test_a_reload_picks_up_another_rota(load: Load, tmp_path: Path) -> None:
    before = load(FILES, environ=ENVIRON).oncall.rules
    (tmp_path / "rules" / "oncall.yaml").write_text(ONCALL.replace("need: 2", "need: 1"), encoding="utf-8")
    after = load_root(tmp_path, environ=ENVIRON).oncall.rules
    assert [rules.rotas[RotaName("vc")].shifts[1].need for rules in (before, after)] == [2, 1]
    assert before.channels[ChannelName("robot")] == after.channels[ChannelName("robot")]
    assert before.rotas[RotaName("vc")].contract == ContractId("c")
