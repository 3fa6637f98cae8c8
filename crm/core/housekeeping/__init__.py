"""Clearing away what has had its time, and comparing what is kept with what it is the sum of."""
