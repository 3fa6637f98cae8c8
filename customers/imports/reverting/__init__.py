"""Taking an import back: what it added goes, what it changed gets its old values, unless used since."""
