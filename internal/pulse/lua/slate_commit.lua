-- Writes on a slate if nothing on it has changed since the writer looked.
-- KEYS: values, changed, gone, meta, beats
-- ARGV: generation, sequence looked at, node, its beat, mark of this write, channel, key, value, … (an empty value wipes the key)
-- Answers {status, sequence}: 1 written, 0 somebody was quicker, -1 the generation is not the caller's.
if redis.call('HGET', KEYS[4], 'gen') ~= ARGV[1] then
  return {-1, 0}
end
local seq = tonumber(redis.call('HGET', KEYS[4], 'seq') or '0')
if seq ~= tonumber(ARGV[2]) then
  return {0, seq}
end
seq = seq + 1
redis.call('HSET', KEYS[4], 'seq', seq, 'mark:' .. ARGV[3], ARGV[5])
redis.call('HSET', KEYS[5], ARGV[3], ARGV[4])
for i = 7, #ARGV, 2 do -- one by one: unpack of a large batch overflows Lua's stack
  local key, value = ARGV[i], ARGV[i + 1]
  if value == '' then
    redis.call('HDEL', KEYS[1], key)
    redis.call('ZREM', KEYS[2], key)
    redis.call('ZADD', KEYS[3], seq, key)
  else
    redis.call('HSET', KEYS[1], key, value)
    redis.call('ZADD', KEYS[2], seq, key)
    redis.call('ZREM', KEYS[3], key)
  end
end
-- What is gone is remembered for a while only; who looks later reads the whole slate.
local over = redis.call('ZCARD', KEYS[3]) - 4000
if over > 0 then
  local last = redis.call('ZRANGE', KEYS[3], over + 999, over + 999, 'WITHSCORES')
  redis.call('HSET', KEYS[4], 'floor', last[2])
  redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', last[2])
end
redis.call('PUBLISH', ARGV[6], ARGV[3])
return {1, seq}
