"""`opsmon probe`: poll one device once, by its name in the inventory or by a bare address, and show what it said."""

import asyncio
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from opsmon.cli.language import spoken_language
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption
from opsmon.cli.output import print_json, print_pairs, print_table, say, warn
from opsmon.cli.probe.target import AccessOptions, choose_checks, choose_target
from opsmon.config.secret import check_secrets
from opsmon.layout import KNOWN_HOSTS
from opsmon.metrics.catalogue import exposed_name
from opsmon.model.device import Device, Kind, SnmpVersion
from opsmon.model.sample import Identity, Outcome, Sample, SeriesKey
from opsmon.probe.once import probe_once, record_agent
from opsmon.probe.profile.record import format_recording, private_words, scrub
from opsmon.protocol.host_keys import HostKeyPins, KeyNews, KeyStatus
from opsmon.protocol.snmp.traffic import Exchanged
from opsmon.state.condition.speed import MEGABIT, link_speed
from opsmon.text.bilingual import in_language
from opsmon.text.count import counted
from opsmon.text.vocabulary import KINDS, OUTCOMES, PORT_STATES, check_name, headings, named

INTERFACE_COLUMNS = ("ifName", "ifAlias", "ifAdminStatus", "ifOperStatus", "ifHighSpeed")
STATUS = {1: "up", 2: "down", 3: "testing", 4: "unknown", 5: "dormant", 6: "notPresent", 7: "lowerLayerDown"}

TargetArgument = Annotated[str, typer.Argument(metavar="TARGET", help="A device of the inventory, or an address.")]
CommunityOption = Annotated[str | None, typer.Option("--community", help="SNMP community, else the inventory's.")]
PortOption = Annotated[int | None, typer.Option("--port", min=1, max=65535, help="UDP port of the SNMP agent.")]
VersionOption = Annotated[SnmpVersion | None, typer.Option("--snmp-version", help="1 or 2c.")]
ProfileOption = Annotated[str | None, typer.Option("--profile", help="Take this profile, whatever the device says.")]
ChecksOption = Annotated[str | None, typer.Option("--checks", help="Names of checks, with commas between.")]
TraceOption = Annotated[bool, typer.Option("--trace", help="A line for every SNMP request, on stderr.")]
RecordOption = Annotated[
    Path | None, typer.Option("--record", metavar="FILE", help="Save what the agent says, scrubbed, for a test.")
]


def probe(
    target: TargetArgument,
    root: RootOption = CHOSEN_ROOT,
    community: CommunityOption = None,
    port: PortOption = None,
    snmp_version: VersionOption = None,
    profile: ProfileOption = None,
    checks: ChecksOption = None,
    trace: TraceOption = False,
    record: RecordOption = None,
    json_output: JsonOption = False,
) -> None:
    """Poll one device once and print what it found. Exit code 1 when the device, or this machine, is not well."""
    language = spoken_language(root)
    device, profiles = choose_target(target, root, AccessOptions(community, port, snmp_version, profile))
    tracer = _Tracer() if trace else None
    wanted = choose_checks(device, checks)
    check_secrets(device, {check.kind for check in wanted})
    host_keys = HostKeyPins(root / KNOWN_HOSTS, _tell_of_key)
    samples = asyncio.run(probe_once(device, wanted, profiles, host_keys, tracer.watch if tracer else None))
    if tracer:
        tracer.summarise()
    if record is not None:
        _record(device, record, samples)
    _show(target, device, samples, language, json_output=json_output)
    unmeasured = [sample.check for sample in samples if not sample.outcome.measured]
    if unmeasured:
        warn(f"{', '.join(unmeasured)}: not measured; a fault of this machine, which says nothing of {target}")
    if outcome_of(samples) is not Outcome.OK:
        raise typer.Exit(1)


def _tell_of_key(news: KeyNews) -> None:
    if news.standing is KeyStatus.NEW:
        warn(f"host key of {news.place.name}, port {news.place.port}: {news.fingerprint} is pinned in {KNOWN_HOSTS}")


def outcome_of(samples: Sequence[Sample]) -> Outcome:
    """One word for all checks. A device of which a part could not be measured is not called well."""
    measured = [sample.outcome for sample in samples if sample.outcome.measured]
    bad = [outcome for outcome in measured if outcome is not Outcome.OK]
    if not bad:
        return Outcome.OK if samples and len(measured) == len(samples) else Outcome.LOCAL_FAULT
    return Outcome.DEGRADED if any(outcome.reached for outcome in measured) else bad[0]


def _series(samples: Sequence[Sample]) -> Iterator[tuple[SeriesKey, float]]:
    """Every series that has a value."""
    for sample in samples:
        for reading in sample.readings:
            pairs = zip(reading.block.keys, reading.values, strict=True)
            yield from ((key, value) for key, value in pairs if not math.isnan(value))


def _show(target: str, device: Device, samples: Sequence[Sample], language: str, *, json_output: bool) -> None:
    identity = next((sample.identity for sample in samples if sample.identity is not None), Identity())
    facts = {name: text for sample in samples for name, text in sample.facts.items()}
    document = {
        "target": target,
        "outcome": outcome_of(samples).value,
        "profile": identity.profile,
        "kind": facts.pop("kind", device.kind.value) if device.kind is Kind.OTHER else device.kind.value,
        "vendor": identity.vendor,
        "model": identity.model,
        "serial": identity.serial,
        "software": identity.software,
        "system": _system(identity.system),
    }
    if json_output:
        series = [_series_json(key, value) for key, value in _series(samples)]
        print_json(document | {"samples": series, "checks": [_check_json(sample) for sample in samples]})
        return
    told = {name: text for name, text in document.items() if isinstance(text, str) and text}
    told |= {"outcome": named(OUTCOMES, told["outcome"], language), "kind": named(KINDS, told["kind"], language)}
    print_pairs(dict(zip(headings(list(told), language), told.values(), strict=True)))
    print_pairs(_system(identity.system))
    _show_checks(samples, language)
    _show_series(samples, language)
    _show_interfaces(samples, language)
    _show_facts({name: text for name, text in facts.items() if name != "kind"}, language)


def _system(words: Mapping[str, str]) -> dict[str, str | float]:
    return {name: float(text) if name == "sysUpTime_s" else text for name, text in words.items()}


def _series_json(key: SeriesKey, value: float) -> dict[str, object]:
    return {"metric": exposed_name(key.metric), "labels": dict(key.labels), "value": value}


def _check_json(sample: Sample) -> dict[str, object]:
    return {
        "check": sample.check,
        "outcome": sample.outcome.value,
        "duration_s": round(sample.duration_s, 6),
        "detail": sample.detail,
    }


def _show_checks(samples: Sequence[Sample], language: str) -> None:
    rows = [
        (
            check_name(one.check, language),
            named(OUTCOMES, one.outcome, language),
            f"{one.duration_s:.3f} s",
            in_language(one.detail, language),
        )
        for one in samples
    ]
    say()
    print_table(headings(("check", "outcome", "took", "detail"), language), rows)


def _show_series(samples: Sequence[Sample], language: str) -> None:
    rows = [
        (key.metric, next(iter(dict(key.labels).values()), ""), _value_words(key.metric, value))
        for key, value in _series(samples)
        if not key.metric.startswith(("if", "probe_"))
    ]
    if rows:
        say()
        print_table(headings(("metric", "of", "value"), language), rows)


def _value_words(metric: str, value: float) -> str:
    """A ratio is a percentage for people; `--json` has every value as it is."""
    return f"{value:.1%}" if metric.endswith("_ratio") else f"{value:.10g}"


def _show_interfaces(samples: Sequence[Sample], language: str) -> None:
    """A line for every interface: its names, its state, its speed in Mbit/s."""
    found: dict[str, dict[str, str]] = {}
    for key, value in _series(samples):
        labels = dict(key.labels)
        if "ifIndex" in labels:
            name = labels["ifName"] or labels["ifDescr"]
            line = found.setdefault(labels["ifIndex"], {"ifName": name, "ifAlias": labels["ifAlias"]})
            line[key.metric] = _port_word(key.metric, value, language)
    for line in found.values():
        line["ifHighSpeed"] = _megabits(line)
    if found:
        say()
        rows = [[line.get(column, "") for column in INTERFACE_COLUMNS] for line in found.values()]
        print_table(headings(("interface", "description", "admin", "oper", "Mbit/s"), language), rows)


def _port_word(metric: str, value: float, language: str) -> str:
    return named(PORT_STATES, STATUS.get(int(value), ""), language) if metric.endswith("Status") else f"{value:.10g}"


def _megabits(line: Mapping[str, str]) -> str:
    """The speed that the two objects of an interface tell together; nothing where they tell none."""
    high, plain = (float(text) if (text := line.get(name)) else None for name in ("ifHighSpeed", "ifSpeed"))
    speed_bps = link_speed(high, plain)
    return "" if speed_bps is None else f"{speed_bps / MEGABIT:.10g}"


def _show_facts(facts: Mapping[str, str], language: str) -> None:
    if facts:
        say()
        print_table(headings(("fact", "value"), language), facts.items())


class _Tracer:
    """Prints every exchange, and how many there were."""

    def __init__(self) -> None:
        self.requests = 0

    def watch(self, exchanged: Exchanged) -> None:
        self.requests += 1
        request, response = exchanged.request, exchanged.response
        rows = f" × {request.max_repetitions}" if request.max_repetitions else ""
        said = f"{counted(len(response.names), 'values')}, {response.octets} octets" if response else "no answer"
        tried = f", attempt {exchanged.attempts}" if exchanged.attempts > 1 else ""
        warn(
            f"{self.requests:4} {request.pdu.name} {counted(len(request.names), 'names')}{rows}: {said}, "
            f"{exchanged.took_s * 1000:.1f} ms{tried}"
        )

    def summarise(self) -> None:
        warn(f"{self.requests} SNMP requests")


def _record(device: Device, file: Path, samples: Sequence[Sample]) -> None:
    values, problems = asyncio.run(record_agent(device))
    serials = [sample.identity.serial for sample in samples if sample.identity is not None]
    community = device.snmp.community.reveal() if device.snmp and device.snmp.community else ""
    words = private_words(values, [*serials, device.address, community])
    file.write_text(format_recording(scrub(values, words)), encoding="utf-8")
    for problem in problems:
        warn(f"recording: {problem}")
    warn(f"{file}: {counted(len(values), 'values')} read, scrubbed; look through it before you give it away")
