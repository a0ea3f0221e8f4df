"""Reads the journal and tells people, each in her language, each thing once."""
