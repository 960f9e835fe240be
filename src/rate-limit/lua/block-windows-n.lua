-- Blocks a subject for a time, or releases it, without touching what its windows have counted.
-- KEYS[1..n] the windows of one subject: string, '<letter><state>', behind 'b<until>' while it is blocked
-- ARGV[1] how long from now, in microseconds; 0 releases
-- Returns how many of the keys were blocked before
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local length, count = tonumber(ARGV[1]), 0

for _, key in ipairs(KEYS) do
  local value = redis.call('GET', key) or ''
  if value:sub(1, 1) == 'b' then
    if struct.unpack('<d', value, 2) > now then count = count + 1 end
    value = value:sub(10)
  end
  local left = math.max(redis.call('PTTL', key), math.ceil(length / 1000))
  if length > 0 then value = 'b' .. struct.pack('<d', now + length) .. value end
  if value == '' then
    redis.call('DEL', key)
  elseif left > 0 then
    redis.call('SET', key, value, 'PX', left)
  end
end
return count
