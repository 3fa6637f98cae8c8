"""One step engine: playbooks that give people tasks and sequences that send mail run on it."""
