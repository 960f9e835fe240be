-- Removes what somebody else put under a key of ours: what `size`, a command for our type, refuses. Returns how many.
local function drop_foreign(key, size)
  return type(redis.pcall(size, key)) == 'table' and redis.call('DEL', key) or 0
end
