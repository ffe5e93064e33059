"""One file per family of models; all have the signature `embeddings() -> (users, items)`."""
