"""Device profiles: declarative knowledge of a vendor's MIBs, turned into one normalised picture of any box."""
