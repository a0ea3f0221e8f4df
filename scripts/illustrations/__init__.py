"""The demo shop's product pictures, drawn by code: shapes in SVG, weave in numpy, then light and grain."""
