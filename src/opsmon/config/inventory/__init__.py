"""`inventories/**/*.yaml`: sites, templates, ranges, devices."""
