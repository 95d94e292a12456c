-- Until when no source of a host is polled, since one of them was asked to wait (Retry-After). So far this stood in the words of
-- `why` alone.
ALTER TABLE sources ADD COLUMN IF NOT EXISTS held_until BIGINT;
UPDATE sources SET held_until = least(last_attempt + 3600, next_poll) WHERE why LIKE '%the server asked for %(Retry-After)%';
