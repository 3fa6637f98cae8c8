"""`make demo` and `make run`: the whole product on one machine, started and stopped as one."""
