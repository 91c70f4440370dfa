-- Puts claimed timers back under their true due time.
-- KEYS: due, flight   ARGV: due time (ms), id, …
for i = 1, #ARGV, 2 do
  redis.call('ZREM', KEYS[2], ARGV[i + 1])
  redis.call('ZADD', KEYS[1], ARGV[i], ARGV[i + 1])
end
return #ARGV / 2
