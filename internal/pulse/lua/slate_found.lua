-- Begins a slate where there is none.
-- KEYS: values, changed, gone, meta, beats   ARGV: fresh generation, channel
-- Answers the generation that holds from now on.
local gen = redis.call('HGET', KEYS[4], 'gen')
if gen then
  return gen
end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[5])
redis.call('HSET', KEYS[4], 'gen', ARGV[1], 'seq', 0, 'floor', 0)
redis.call('PUBLISH', ARGV[2], '*')
return ARGV[1]
