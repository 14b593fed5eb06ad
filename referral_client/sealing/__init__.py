"""Keys, age, signatures, certificates, bag, manifest, ticket, receipt: everything that is a proof or a lock.

The only room that imports `cryptography`. Each module is one small face; docs/package-format.md is the normative
text of every format here. Imports `base` and nothing beside itself.
"""
