-- The short way of release, for locks that their callers hold and nobody waits for.
-- Leaves in `others` the numbers of the claims that have to go the long way, in `replies` the answers to the rest.
local count, replies, others = #KEYS / 3, {}, nil
for i = 1, count do
  local at, me, fence = 3 * i, string.match(ARGV[i + 2], '^%S*'), nil
  if redis.call('EXISTS', KEYS[at]) == 0 then
    local held, holder = redis.pcall('GET', KEYS[at - 2]), nil
    if type(held) == 'string' then
      holder, fence = string.match(held, '^(%S+) (%d+)')
    end
    if holder ~= me then fence = nil end
  end
  if fence then
    redis.call('DEL', KEYS[at - 2])
    redis.call('SET', KEYS[at - 1], fence, 'PX', '86400000')
    replies[i] = 1
  else
    others = others or {}
    others[#others + 1] = i
    replies[i] = 0
  end
end
if not others then return replies end
