"""How the laws are tried: a machine that is busy with something else breaks no law."""

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
