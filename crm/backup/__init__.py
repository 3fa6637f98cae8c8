"""The whole installation as one file, and back: the database as of one moment, and the stored files."""
