"""SHACL as SPARQL over Oxigraph; pySHACL is the reference.

``source`` reads shapes, ``value_tests`` and ``set_tests`` translate constraints, ``compiler`` makes
the queries, ``reference`` runs pySHACL.
"""
