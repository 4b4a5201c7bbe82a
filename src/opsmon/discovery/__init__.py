"""LLDP sweep, and the links it proposes."""
