"""Every figure that opsmon claims, as a command: `python -m benchmarks.NAME`, or all of them with `make bench`."""
