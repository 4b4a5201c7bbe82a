"""The counters of the inner rooms by the names that the daemon's metrics give them."""

from opsmon.daemon.loop_watch import LoopWatch
from opsmon.daemon.probes import Probes
from opsmon.daemon.self_watch import SelfWatch
from opsmon.metrics.tallies import Tallies, Tally
from opsmon.pipeline.loop import Pipeline


def tallies_of(pipeline: Pipeline, probing: Probes, self_watch: SelfWatch) -> Tallies:
    """Read at each scrape; nothing is counted twice."""
    journal, inputs = pipeline.journal, pipeline.inputs
    return Tallies(
        Tally("opsmon_decisions", "Samples, commands and ticks decided.", lambda: pipeline.decided),
        Tally("opsmon_events", "Events written to the journal since the start.", lambda: journal.written),
        Tally("opsmon_store_failures", "Attempts to write to the store that failed.", lambda: journal.failures),
        Tally(
            "opsmon_samples_merged",
            "Samples replaced by a newer one while the store stalled.",
            lambda: inputs.coalesced,
        ),
        Tally("opsmon_clock_jumps", "How often the wall clock was set.", lambda: pipeline.clock_jumps),
        Tally("opsmon_ping_packets", "What became of pings and echoes.", probing.pinger.counts, "event"),
        Tally("opsmon_snmp_traffic", "What became of SNMP datagrams.", probing.snmp.counts, "event"),
        Tally(
            "opsmon_probe_own_faults",
            "Runs of checks spoiled or left out by ourselves.",
            probing.scheduler.tally.own_faults,
            "reason",
        ),
        gauges=(
            Tally("opsmon_inputs_waiting", "Samples and commands that wait to be decided.", lambda: len(inputs)),
            Tally("opsmon_blind", "Whether this machine can measure hardly any device.", self_watch.is_blind),
            Tally(
                "opsmon_checks_unmeasured",
                "Checks not possible for long.",
                self_watch.unmeasured,
                "check",
            ),
        ),
    )


def loop_tallies(watch: LoopWatch) -> Tallies:
    """Who held the event loop, as the watch saw it."""
    return Tallies(
        Tally("opsmon_loop_holds", "How often the event loop was held, by whom.", lambda: watch.holds, "by"),
        Tally("opsmon_loop_held_seconds", "How long the event loop was held, by whom.", lambda: watch.held_s, "by"),
    )
