"""Imports that come by themselves, from a folder of the server or an address on the web."""
