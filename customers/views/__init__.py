"""The pages of the customers app, a module a screen."""
