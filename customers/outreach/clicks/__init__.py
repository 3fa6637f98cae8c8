"""Which links of our mails people follow, told apart from what mail scanners do. See docs/decisions/."""
