"""SNMP on the wire: BER, messages, values."""
