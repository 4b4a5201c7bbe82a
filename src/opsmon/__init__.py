"""opsmon: monitoring that knows the service contract."""

__version__ = "0.1.0"
