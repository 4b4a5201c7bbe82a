"""What every page of the console shares: for whom it is made, its words, its headers, its files, its live updates."""
