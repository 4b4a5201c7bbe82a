"""SNMP: the wire codec, the one-socket v1/v2c engine, and v3 by pysnmp."""
