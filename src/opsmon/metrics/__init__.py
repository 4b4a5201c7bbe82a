"""World and samples as Prometheus text."""
