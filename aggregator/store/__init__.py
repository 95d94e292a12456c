"""Storage (I/O): converts values to rows and back. The code that all backends share is here; each backend has a folder with the rest,
and imports no other backend."""
