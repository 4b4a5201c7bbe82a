"""What Prometheus reads of on call: pages, channels and who is on duty."""

from collections import Counter
from collections.abc import Callable, Mapping

from opsmon.clock import Clock
from opsmon.engine.world import World
from opsmon.metrics.tallies import Tallies, Tally
from opsmon.notify.lane.alertmanager_feed import AlertmanagerFeed
from opsmon.notify.lane.outbox import AnyLane
from opsmon.notify.lane.page_lane import PageLane
from opsmon.oncall.page import PageState
from opsmon.oncall.roster import on_duty


def page_tallies(world: Callable[[], World], lanes: Callable[[], Mapping[str, AnyLane]], clock: Clock) -> Tallies:
    """Read at each scrape."""

    def people_on_duty() -> Mapping[str, int]:
        now, last = clock.now(), world()
        rotas = last.rules.oncall.rotas
        return {name: len(set(on_duty(rota, last.roster.overrides, now).people)) for name, rota in rotas.items()}

    def paced() -> Mapping[str, PageLane]:
        return {name: lane for name, lane in lanes().items() if isinstance(lane, PageLane)}

    def channels_up() -> Mapping[str, int]:
        fed = {name: int(any(feed.ups.values())) for name, feed in _feeds(lanes()).items()}
        return fed | {name: int(lane.pace.is_up) for name, lane in paced().items()}

    return Tallies(
        gauges=(
            Tally("opsmon_pages", "Pages by state.", lambda: _by_state(world()), "state"),
            Tally("opsmon_pages_untold", "Pages of which nobody could be told yet.", lambda: _untold(world())),
            Tally(
                "opsmon_channel_window_used_ratio",
                "How much a channel was sent of what it takes in a minute.",
                lambda: {name: lane.pace.used_ratio for name, lane in paced().items()},
                "channel",
            ),
            Tally(
                "opsmon_channel_month_used_ratio",
                "How much of its per_month a channel was sent in this calendar month.",
                lambda: {name: lane.pace.month_used_ratio for name, lane in paced().items() if lane.channel.per_month},
                "channel",
            ),
            Tally(
                "opsmon_channel_up",
                "Whether a channel answers and lets us in.",
                channels_up,
                "channel",
            ),
            Tally(
                "opsmon_channel_member_up",
                "Whether a member of a channel of several Alertmanagers takes alerts.",
                lambda: _members_up(lanes()),
                ("channel", "member"),
            ),
            Tally("opsmon_on_duty", "People on duty now.", people_on_duty, "rota"),
        )
    )


def _feeds(lanes: Mapping[str, AnyLane]) -> Mapping[str, AlertmanagerFeed]:
    return {name: lane for name, lane in lanes.items() if isinstance(lane, AlertmanagerFeed)}


def _members_up(lanes: Mapping[str, AnyLane]) -> Mapping[tuple[str, ...], int]:
    """Members by their place in the list of addresses, from 1: an address may hold a password."""
    return {
        (name, str(place + 1)): int(is_up) for name, feed in _feeds(lanes).items() for place, is_up in feed.ups.items()
    }


def _by_state(world: World) -> Mapping[str, int]:
    """Every state, also where no page has it."""
    counted = Counter(page.state for page in world.paging.pages.values())
    return {state.value: counted[state] for state in PageState}


def _untold(world: World) -> int:
    return sum(1 for page in world.paging.pages.values() if page.is_untold)
