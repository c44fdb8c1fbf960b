"""The record API: documents, entities and lists read and written under the rules that the reference names."""
