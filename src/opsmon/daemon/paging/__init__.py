"""People on call: the lanes to them, the engine behind the lanes, and what is counted."""
