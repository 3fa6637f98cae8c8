"""The only door to a customer's inbox: consent, touch budget, messages, sending."""
