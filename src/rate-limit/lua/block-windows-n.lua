-- Blocks a subject for a time, or releases it, without touching what its windows have counted.
-- KEYS[1..n] the windows of one subject: string, '<letter><state>', behind what _window.lua puts before it
-- ARGV[1] how long from now, in milliseconds; 0 releases
-- Returns how many of the keys were blocked before

-- include _window.lua
local length, count = ARGV[1] * 1000, 0
for _, key in ipairs(KEYS) do
  -- include _read.lua
  if blocked > now then count = count + 1 end
  local left = value == '' and 0 or redis.call('PTTL', key) * 1000
  write(key, value, left, now + length, false, record)
end
return count
