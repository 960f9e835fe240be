-- Shared by what takes and gives back locks: mints the fence and hands the lock to whoever waits longest.
-- Expects `me`, the caller's token, and HELD, FENCE and QUEUE, the keys of the lock; ARGV[1] and ARGV[2] as they say.
-- include _station.lua

local function next_fence()
  return math.max((string.match(read(FENCE) or '', '^%d+') or 0) + 1, server_us())
end

-- A waiter who does not hear of it is dead and gets nothing.
local function grant(entry, lease_ms, minted)
  local token, first_ms, label = string.match(entry, '^(%S+) (%d+) (.*)$')
  if not token then return nil end
  local ms, now = lease_ms or first_ms, math.floor(server_us() / 1000)
  local fence = string.format('%.0f', minted or next_fence())
  local news = table.concat({ 'granted', token, fence, now, ms, HELD }, ' ')
  if token ~= me and not tell(token, news) then return nil end
  redis.call('SET', FENCE, fence .. ' ' .. (now + ms) .. ' ' .. token, 'PX', KEEP_MS + ms)
  redis.call('SET', HELD, token .. ' ' .. fence .. ' ' .. now .. ' ' .. label, 'PX', ms)
  return { tonumber(fence), tonumber(ms) }, token
end

-- The watch is asked for first: of all that a script sends, servers write the last to its sockets first, and the one whose
-- turn it is should hear before the others wake up.
local function pass_on()
  while true do
    local entry = redis.call('LPOP', QUEUE)
    if not entry then return nil end
    local token, ms = string.match(entry, '^(%S+) (%d+) ')
    if token then set_watch(token, ms) end
    local granted = grant(entry)
    if granted then return granted, token end
  end
end
