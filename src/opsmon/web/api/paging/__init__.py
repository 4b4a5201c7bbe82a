"""On call over HTTP: the page of an incident, and silences."""
