-- Reads `key`. What is no string, or not ours, counts as nothing and is written over.
local value, blocked = redis.pcall('GET', key), 0
if type(value) ~= 'string' then
  value = ''
elseif byte(value) == 98 then
  blocked, value = unpack('<d', value, 2), sub(value, 10)
end
