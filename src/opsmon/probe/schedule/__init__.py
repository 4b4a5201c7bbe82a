"""When each check runs, and how one run is made, bounded and counted."""
