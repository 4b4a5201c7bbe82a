"""In how many ways an automaton may read a text, as the text grows (Weber and Seidl, "On the degree of ambiguity of
finite automata", Theoretical Computer Science 88, 1991).

The ways grow with the power of the longest chain of loops of which each can read what the next one reads, the step
between them included. They grow without bound where one loop can read a text in two ways.
"""

from collections.abc import Iterator

from opsmon.pattern.automaton import Automaton

EXPONENTIAL = 9
Pair = tuple[int, int]
Triple = tuple[int, int, int]


def growth_of(automaton: Automaton) -> int:
    """The power with which the work grows: one above that of the number of ways."""
    settled = automaton.settled
    undecided = [
        [] if p in settled else [q for q in after if q not in settled] for p, after in enumerate(automaton.follow)
    ]
    if any(_is_read_in_two_ways(automaton, undecided, part) for part in _loops(undecided)):
        return EXPONENTIAL
    components = _loops(automaton.follow)
    after = [_after(automaton.follow, part) for part in components]
    longest = [0] * len(components)
    for here in range(len(components)):  # what follows a component comes before it
        for there in range(here):
            if components[there] & after[here]:
                certain = not settled.isdisjoint(components[here] | components[there])  # what is sure is tried once
                step = not certain and _reads_the_same(automaton, components[here], components[there], after[here])
                longest[here] = max(longest[here], longest[there] + step)
    return min(1 + max(longest, default=0), EXPONENTIAL)


def _loops(follow: list[list[int]]) -> list[frozenset[int]]:
    """The components that can go round, those that follow others first."""
    return [part for part in _components(follow) if len(part) > 1 or any(place in follow[place] for place in part)]


def _is_read_in_two_ways(automaton: Automaton, follow: list[list[int]], part: frozenset[int]) -> bool:
    """Whether two different ways lead from one position of a loop back to it with the same text."""
    inside = {place: [other for other in follow[place] if other in part] for place in part}
    if any(len(set(after)) < len(after) for after in inside.values()):
        return True
    reached: set[Pair] = {(place, place) for place in part}
    waiting, edges = list(reached), {}
    while waiting:
        here = waiting.pop()
        edges[here] = [
            (left, right)
            for left in inside[here[0]]
            for right in inside[here[1]]
            if automaton.masks[left] & automaton.masks[right] and _may_part(automaton, here, (left, right))
        ]
        fresh = set(edges[here]) - reached
        reached |= fresh
        waiting += fresh
    if all(left == right for left, right in reached):
        return False
    back: dict[Pair, list[Pair]] = {}
    for here, others in edges.items():
        for other in others:
            back.setdefault(other, []).append(here)
    returning = {pair for pair in reached if pair[0] == pair[1]}
    waiting = list(returning)
    while waiting:
        fresh = set(back.get(waiting.pop(), ())) - returning
        returning |= fresh
        waiting += fresh
    return any(left != right for left, right in returning)


def _may_part(automaton: Automaton, here: Pair, there: Pair) -> bool:
    """Whether both ways may be gone: of two that have parted none begins another round that commits itself."""
    if here[0] == here[1] and there[0] == there[1]:
        return True
    return not any(step in automaton.commits for step in zip(here, there, strict=True))


def _reads_the_same(automaton: Automaton, first: frozenset[int], second: frozenset[int], after: set[int]) -> bool:
    """Whether a text leads from a position of the first loop back to it, from there to one of the second, and from
    that one back to it: it can be shared out between both in as many ways as it is often repeated."""
    left = frozenset.intersection(*(automaton.regions[place] for place in first))
    kept = frozenset.intersection(*(automaton.regions[place] for place in second))
    if left - kept:
        return False  # an atomic group was left: the first loop is not tried again
    return any(_has_way(automaton, first, second, after, here, there) for here in first for there in second)


def _has_way(
    automaton: Automaton, first: frozenset[int], second: frozenset[int], after: set[int], here: int, there: int
) -> bool:
    goal = (here, there, there)
    seen: set[Triple] = {(here, here, there)}
    waiting = list(seen)
    while waiting:
        for state in _steps(automaton, waiting.pop(), first, second, after):
            if state == goal:
                return True
            if state not in seen:
                seen.add(state)
                waiting.append(state)
    return False


def _steps(
    automaton: Automaton, state: Triple, first: frozenset[int], second: frozenset[int], after: set[int]
) -> Iterator[Triple]:
    masks, follow = automaton.masks, automaton.follow
    for one in follow[state[0]]:
        if one not in first:
            continue
        for three in follow[state[2]]:
            shared = masks[one] & masks[three] if three in second else 0
            if shared:
                yield from (
                    (one, two, three)
                    for two in follow[state[1]]
                    if two in after and masks[two] & shared and _may_part(automaton, state[:2], (one, two))
                )


def _after(follow: list[list[int]], part: frozenset[int]) -> set[int]:
    """Everything that can be reached from a component, itself included."""
    found, waiting = set(part), list(part)
    while waiting:
        fresh = set(follow[waiting.pop()]) - found
        found |= fresh
        waiting += fresh
    return found


def _components(follow: list[list[int]]) -> list[frozenset[int]]:
    """The strongly connected components, those that follow others first (Tarjan 1972, without recursion)."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    path: list[int] = []
    on_path: set[int] = set()
    found: list[frozenset[int]] = []
    for root in range(len(follow)):
        work = [(root, iter(follow[root]))] if root not in index else []
        if work:
            index[root] = low[root] = len(index)
            path.append(root)
            on_path.add(root)
        while work:
            here, others = work[-1]
            other = next(others, None)
            if other is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[here])
                if low[here] == index[here]:
                    cut = path.index(here)
                    found.append(frozenset(path[cut:]))
                    on_path -= found[-1]
                    del path[cut:]
            elif other not in index:
                index[other] = low[other] = len(index)
                path.append(other)
                on_path.add(other)
                work.append((other, iter(follow[other])))
            elif other in on_path:
                low[here] = min(low[here], index[other])
    return found
