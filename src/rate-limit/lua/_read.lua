-- Reads `key`. What is no string, or not ours, counts as nothing and is written over.
local value, blocked, record = pcall('GET', key), 0, nil
local letter = type(value) == 'string' and byte(value)
if letter == 98 then
  blocked, value = unpack('<d', value, 2), string.sub(value, 10)
  letter = byte(value)
elseif letter == 101 then
  blocked, record, value = unpack('<d', value, 2), string.sub(value, 10, 18), string.sub(value, 19)
  letter = byte(value)
  if unpack('<d', record) <= now then record = nil end
end
