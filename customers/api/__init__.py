"""API v1 of the customers app: shape at the edge, decisions in the services."""
