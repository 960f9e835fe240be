-- Renews permits of calls that are in flight still, also of those whose lease has ended meanwhile, or that were taken
-- while the server was away: what is in flight counts.
-- KEYS[1..n] for each permit the permits of its subject: as in take-permit-1
-- ARGV[1..2n] for each permit its name and its lease in milliseconds
-- Returns how many were there no more
local time = redis.call('TIME')
local now, added = time[1] * 1000000 + time[2], 0
for i, key in ipairs(KEYS) do
  local lease = tonumber(ARGV[2 * i])
  added = added + redis.call('ZADD', key, string.format('%.0f', now + lease * 1000), ARGV[2 * i - 1])
  redis.call('PEXPIRE', key, math.max(lease, redis.call('PTTL', key)))
end
return added
