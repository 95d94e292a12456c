-- An earlier configuration that places every stored item as this one does: what was placed under that is not placed anew.
ALTER TABLE configurations ADD COLUMN alike TEXT;
