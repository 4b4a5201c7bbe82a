"""A password is checked at the same price whether somebody has the name or nobody does."""

from opsmon.access.password import NOBODY, PasswordChecker, hash_password


def test_a_name_that_nobody_has_costs_what_any_other_costs() -> None:
    kept = hash_password("four words nobody says").split("$")
    nobody = NOBODY.split("$")
    assert kept[:4] == nobody[:4]  # the kind, its version, and what it costs
    assert [len(part) for part in kept] == [len(part) for part in nobody]


async def test_nothing_fits_a_name_that_nobody_has() -> None:
    checker = PasswordChecker()
    assert not await checker.fits("", "four words nobody says")
    assert not await checker.fits("", "")
    assert await checker.fits(hash_password("four words nobody says"), "four words nobody says")
