-- The short way of release, for a lock that the caller holds and nobody waits for. Expects `me`, the caller's token.
if redis.call('EXISTS', KEYS[3]) == 0 then
  local held = redis.pcall('GET', KEYS[1])
  local holder, fence = string.match(type(held) == 'string' and held or '', '^(%S+) (%d+)')
  if holder == me then
    redis.call('DEL', KEYS[1])
    redis.call('SET', KEYS[2], fence, 'PX', '86400000')
    return 1
  end
end
