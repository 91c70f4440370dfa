-- Forgets timers that have ended.
-- KEYS: due, flight   ARGV: ids
for _, id in ipairs(ARGV) do
  redis.call('ZREM', KEYS[1], id)
  redis.call('ZREM', KEYS[2], id)
end
return #ARGV
