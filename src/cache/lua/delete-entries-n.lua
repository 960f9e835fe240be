-- Removes entries, and the markers of loads whose results must no longer be stored.
-- KEYS the entries
-- ARGV[1] the beginning of a marker's content
-- Returns how many of them were values
local values = 0
for _, key in ipairs(KEYS) do
  local kind = redis.call('TYPE', key).ok
  if kind ~= 'none' then
    local isMarker = kind == 'string' and redis.call('GETRANGE', key, 0, #ARGV[1] - 1) == ARGV[1]
    if not isMarker then values = values + 1 end
    redis.call('UNLINK', key)
  end
end
return values
