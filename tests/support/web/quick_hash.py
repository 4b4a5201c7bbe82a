"""A password kept with as little work as Argon2id allows: for tests that begin with a sign-in and are about more."""

from argon2 import PasswordHasher


def quick_hash(password: str) -> str:
    """Checked by what it says of itself, as every hash is; `hash_password` takes a quarter of a second each way."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(password)
