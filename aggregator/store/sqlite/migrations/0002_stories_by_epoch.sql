-- After an edit, stories of older configurations are taken newest first, batch by batch: without this each batch
-- would walk the table.
CREATE INDEX stories_epoch ON stories (epoch, entered, n);
