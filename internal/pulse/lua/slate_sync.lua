-- Tells what has changed on a slate since a node last looked, and that the node lives.
-- KEYS: values, changed, gone, meta, beats
-- ARGV: generation, sequence the node stands at, node, its beat
-- Answers {status, sequence, whole, last mark of the node, [beats], [key, value, …]}; status -1: the generation is not the caller's.
if redis.call('HGET', KEYS[4], 'gen') ~= ARGV[1] then
  return {-1}
end
local seq = tonumber(redis.call('HGET', KEYS[4], 'seq') or '0')
local base = tonumber(ARGV[2])
if ARGV[3] ~= '' then
  redis.call('HSET', KEYS[5], ARGV[3], ARGV[4])
end
local whole, pairs_ = 0, {}
if base < tonumber(redis.call('HGET', KEYS[4], 'floor') or '0') or base > seq then
  whole, pairs_ = 1, redis.call('HGETALL', KEYS[1])
elseif base < seq then
  for _, key in ipairs(redis.call('ZRANGE', KEYS[2], '(' .. base, '+inf', 'BYSCORE')) do
    pairs_[#pairs_ + 1] = key
    pairs_[#pairs_ + 1] = redis.call('HGET', KEYS[1], key) or ''
  end
  for _, key in ipairs(redis.call('ZRANGE', KEYS[3], '(' .. base, '+inf', 'BYSCORE')) do
    pairs_[#pairs_ + 1] = key
    pairs_[#pairs_ + 1] = ''
  end
end
local mark = redis.call('HGET', KEYS[4], 'mark:' .. ARGV[3]) or ''
return {1, seq, whole, mark, redis.call('HGETALL', KEYS[5]), pairs_}
