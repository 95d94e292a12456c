"""Pure functions that render a `Stream` as bytes, with one module for each format. Formats do not import each other."""
