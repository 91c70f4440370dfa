-- Claims due timers of one shard under a lease.
-- KEYS: due, flight, meta
-- ARGV: generation, now (ms, application time), most ids, real now (ms), end of the lease (ms, real time)
-- Answers {status, next due time or -1, id, …}; status 0 means the generation is not the caller's: rebuild.
if redis.call('HGET', KEYS[3], 'gen') ~= ARGV[1] then
  return {0, '-1'}
end
local most = tonumber(ARGV[3])
-- First those whose claimer never came back.
local ids = redis.call('ZRANGE', KEYS[2], '-inf', ARGV[4], 'BYSCORE', 'LIMIT', 0, most)
local left = most - #ids
if left > 0 then
  local due = redis.call('ZRANGE', KEYS[1], '-inf', ARGV[2], 'BYSCORE', 'LIMIT', 0, left)
  for _, id in ipairs(due) do
    ids[#ids + 1] = id
  end
end
local answer = {1, '-1'}
for _, id in ipairs(ids) do -- one by one: unpack of a large batch overflows Lua's stack
  redis.call('ZREM', KEYS[1], id)
  redis.call('ZADD', KEYS[2], ARGV[5], id)
  answer[#answer + 1] = id
end
local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if first[2] then
  answer[2] = first[2]
end
return answer
