"""Which tasks of the contracts' recurring obligations want somebody, as a metric."""

from collections import Counter

from prometheus_client.core import GaugeMetricFamily, Metric

from opsmon.engine.world import World
from opsmon.model.duty import TaskState

WANTED = (TaskState.AT_RISK, TaskState.OVERDUE)


def obligation_tasks(world: World) -> Metric:
    """Tasks that are at risk or overdue, by contract and clause."""
    counts = Counter((key[0], key[1], state) for key, state in world.duties.reported.items() if state in WANTED)
    text = "Tasks of recurring obligations that are at risk or overdue."
    tasks = GaugeMetricFamily("opsmon_obligation_tasks", text, labels=["contract", "clause", "state"])
    for (contract, clause, state), count in sorted(counts.items()):
        tasks.add_metric([contract, clause, state.value], count)
    return tasks
