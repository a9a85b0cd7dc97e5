"""Taawun: a knowledge graph of Egypt's digital cooperation, where every answer shows its proof."""
