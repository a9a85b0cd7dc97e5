"""Reading collections: documents, entities, facts."""
