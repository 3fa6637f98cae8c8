"""Files in: purchases by file, read in slices, staged by COPY, and applied in one transaction."""
