-- Takes a permit for a call in flight, if there is one; those whose lease has ended are free again.
-- KEYS[1] the permits of one subject: sorted set, each until when it is leased, in microseconds
-- ARGV[1] the permit's name; empty only to ask
-- ARGV[2] how many there are
-- ARGV[3] its lease, in milliseconds
-- Returns 1 if it is taken, or could be, else 0; and how many are taken then
local time = redis.call('TIME')
local now, limit, lease = time[1] * 1000000 + time[2], tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local taken = redis.call('ZCARD', KEYS[1])
if taken >= limit then return { 0, taken } end
if ARGV[1] == '' then return { 1, taken } end
redis.call('ZADD', KEYS[1], string.format('%.0f', now + lease * 1000), ARGV[1])
redis.call('PEXPIRE', KEYS[1], math.max(lease, redis.call('PTTL', KEYS[1])))
return { 1, taken + 1 }
