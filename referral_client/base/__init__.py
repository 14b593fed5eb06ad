"""The ground floor: errors, ids, clock, canonical JSON, atomic files, locks, shipped data, redacting log.

Imports the standard library, rfc8785, filelock and platformdirs, and no other room of the program.
"""
