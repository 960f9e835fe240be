-- Blocks a subject for a time, or releases it, without touching what its windows have counted.
-- KEYS[1..n] the windows of one subject: string, '<letter><state>', behind what _window.lua puts before it
-- ARGV[1] how long from now, in milliseconds; 0 releases
-- Returns how many of the keys were blocked before

-- include _window.lua
local window, stays, count = ARGV[1], false, 0
local length = window * 1000
for _, key in ipairs(KEYS) do
  -- include _read.lua
  if blocked > now then count = count + 1 end
  local state = letter and value or ''
  local reset = letter and call('PTTL', key) * 1000 or 0
  blocked = now + length
  -- include _write.lua
end
return count
