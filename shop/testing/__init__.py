"""For everyone who writes an adapter: conformance kits to subclass, importable by third parties."""
