"""How property tests draw: the same examples on every machine, new ones for `make fuzz`."""

from hypothesis import HealthCheck, settings

FUZZ_EXAMPLES = 1000  # of a law that names no number of its own


def register_profiles() -> None:
    """`settled` is taken unless the command line names `fuzz`."""
    settings.register_profile("settled", derandomize=True, deadline=None)
    settings.register_profile(
        "fuzz",
        derandomize=False,
        deadline=None,
        max_examples=FUZZ_EXAMPLES,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile("settled")
