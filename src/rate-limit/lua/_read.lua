-- Reads `key`. What is no string, or not ours, counts as nothing and is written over.
local value, blocked, record = redis.pcall('GET', key), 0, nil
if type(value) ~= 'string' then
  value = ''
elseif byte(value) == 98 then
  blocked, value = unpack('<d', value, 2), sub(value, 10)
elseif byte(value) == 101 then
  blocked, record, value = unpack('<d', value, 2), sub(value, 10, 18), sub(value, 19)
  if unpack('<d', record) <= now then record = nil end
end
