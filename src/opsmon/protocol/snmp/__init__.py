"""SNMP: calls on agents over one shared socket, adapted to what each agent can do."""
