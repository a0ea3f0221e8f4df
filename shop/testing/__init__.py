"""For everyone who writes an adapter, importable by third parties: conformance kits to subclass, simulators to meet."""
