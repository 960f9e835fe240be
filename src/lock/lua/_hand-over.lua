-- Shared by acquire and release: mints the fence and hands the lock to whoever waits longest.
-- Expects `me`, the caller's token, and KEYS[1] lease, KEYS[2] fence, KEYS[3] queue; ARGV[1] and ARGV[2] as they say.
local KEEP_MS = 86400000

local function server_us()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end

local function tell(token, message)
  local heard = redis.call('PUBLISH', ARGV[1] .. string.match(token, '^[^.]+'), message)
  return heard > 0 or ARGV[2] == '0'
end

-- Mints the fence; a waiter who does not hear of it is dead and gets nothing.
local function grant(entry, lease_ms)
  local token, first_ms, label = string.match(entry, '^(%S+) (%d+) (.*)$')
  local ms, us = lease_ms or first_ms, server_us()
  local now = math.floor(us / 1000)
  local last = string.match(redis.call('GET', KEYS[2]) or '0', '^%d+')
  local fence = string.format('%.0f', math.max(last + 1, us))
  local news = table.concat({ 'granted', token, fence, now, ms, KEYS[1] }, ' ')
  if token ~= me and not tell(token, news) then return nil end
  redis.call('SET', KEYS[2], fence .. ' ' .. (now + ms) .. ' ' .. token, 'PX', KEEP_MS + ms)
  redis.call('SET', KEYS[1], token .. ' ' .. fence .. ' ' .. now .. ' ' .. label, 'PX', ms)
  return { tonumber(fence), tonumber(ms) }, token
end

-- Asks the first waiter of another process to see to it that a frozen holder does not keep the others waiting.
local function set_watch(token, ms)
  local station = string.match(token, '^[^.]+%.')
  for i = 0, 31 do
    local entry = redis.call('LINDEX', KEYS[3], i)
    if not entry then return end
    local is_other = string.sub(entry, 1, #station) ~= station
    if is_other and tell(entry, 'watch ' .. ms .. ' ' .. KEYS[1]) then return end
  end
end

local function pass_on()
  while true do
    local entry = redis.call('LPOP', KEYS[3])
    if not entry then return nil end
    local granted, token = grant(entry)
    if granted then
      set_watch(token, granted[2])
      return granted, token
    end
  end
end
