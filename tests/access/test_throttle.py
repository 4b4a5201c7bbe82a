"""Who guesses waits, and the memory for it is bounded."""

from opsmon.access.throttle import MAX_WAIT_OF_ADDRESS_S, MAX_WAIT_OF_NAME_S, SignInThrottle


class Seconds:
    def __init__(self) -> None:
        self.at_s = 1_000.0

    def __call__(self) -> float:
        return self.at_s


def fail(throttle: SignInThrottle, now: Seconds, name: str, address: str, times: int) -> float:
    """Fails so often, patiently; how long the last wait was."""
    waited = 0.0
    for _ in range(times):
        while (wait_s := throttle.begin(name, address)) > 0:
            waited, now.at_s = wait_s, now.at_s + wait_s
    return waited


def test_the_wait_doubles_up_to_its_limit() -> None:
    now = Seconds()
    throttle = SignInThrottle(now)
    assert [fail(throttle, now, "wang", f"192.0.2.{n}", 1) for n in range(9)] == [0, 0, 1, 2, 4, 8, 16, 32, 60]
    assert fail(throttle, now, "wang", "192.0.2.99", 1) == MAX_WAIT_OF_NAME_S
    assert fail(SignInThrottle(now), now, "x", "192.0.2.1", 1) == 0


def test_an_address_that_tries_many_names_waits_too() -> None:
    now = Seconds()
    throttle = SignInThrottle(now)
    assert [fail(throttle, now, f"name-{n}", "192.0.2.1", 1) for n in range(5)] == [0, 0, 1, 2, 4]
    for n in range(20):
        waited = fail(throttle, now, f"other-{n}", "192.0.2.1", 1)
    assert waited == MAX_WAIT_OF_ADDRESS_S


def test_many_at_once_are_one() -> None:
    throttle = SignInThrottle(Seconds())
    assert [throttle.begin("wang", "192.0.2.1") > 0 for _ in range(5)] == [False, False, True, True, True]


def test_the_right_password_forgives_the_name_but_not_the_address() -> None:
    now = Seconds()
    throttle = SignInThrottle(now)
    fail(throttle, now, "li", "192.0.2.1", 3)
    now.at_s += 4
    assert throttle.begin("wang", "192.0.2.1") == 0
    throttle.succeeded("wang", "192.0.2.1")
    now.at_s += 0.1
    assert throttle.begin("zhao", "192.0.2.1") > 0
    assert throttle.begin("wang", "192.0.2.2") == 0


def test_an_hour_forgives() -> None:
    now = Seconds()
    throttle = SignInThrottle(now)
    fail(throttle, now, "wang", "192.0.2.1", 6)
    now.at_s += 3_601
    assert throttle.begin("wang", "192.0.2.1") == 0
    assert throttle.begin("wang", "192.0.2.1") == 0


def test_the_memory_is_bounded() -> None:
    throttle = SignInThrottle(Seconds(), max_remembered=100)
    for number in range(1_000):
        throttle.begin(f"name-{number}", f"192.0.2.{number}")
    assert len(throttle) == 100
