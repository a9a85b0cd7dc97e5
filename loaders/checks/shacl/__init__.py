"""SHACL over Oxigraph: shapes become SPARQL, and pySHACL stays the reference.

``source`` reads shapes, ``paths`` and ``constraints`` say what each part of one means in SPARQL,
``compiler`` puts the queries together, ``reference`` asks pySHACL.
"""
