-- A challenge for browsers is a kind of failure. So far it was one of HTTP, told from others by its message.
UPDATE sources SET error_kind = 'challenge' WHERE error_kind = 'http' AND error LIKE '%challenge%';
