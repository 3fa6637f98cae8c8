"""Fairground Sports, a company that does not exist: bleachers, gym floors, goals and pools for schools.

`loading.load` fills an empty database with it. Everything follows from one seed and one moment, so that two
databases filled at the same moment hold the same.
"""
