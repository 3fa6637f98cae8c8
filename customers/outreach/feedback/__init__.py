"""Bounces, complaints and deliveries, as providers and mail servers report them."""
