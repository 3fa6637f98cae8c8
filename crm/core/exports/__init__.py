"""Lists as files: apps register what can be taken out, jobs write it, a page hands it over."""
