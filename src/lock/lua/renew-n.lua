-- Prolongs leases, many at once, and sets those again of which the server has lost everything.
-- KEYS[2i-1] lease i, KEYS[2i] fence i: as in acquire-n
-- ARGV[1..] four for each lease: token, fence, lease in ms, "<since ms> <host> <owner>"
-- Returns one integer for each lease: 1 prolonged, 2 set again, -1 not the caller's any more
local KEEP_MS = 86400000
local time = redis.call('TIME')
local now = math.floor((time[1] * 1000000 + time[2]) / 1000)
local replies = {}
for i = 1, #KEYS / 2 do
  local lease_key, fence_key = KEYS[2 * i - 1], KEYS[2 * i]
  local token, fence, ms, label = unpack(ARGV, 4 * i - 3, 4 * i)
  -- What is no text is not the caller's; it must not keep the others from being prolonged.
  local lease = redis.pcall('GET', lease_key)
  if type(lease) == 'table' then lease = '' end
  local holder, minted = string.match(lease or '', '^(%S+) (%d+)')
  if holder == token then
    -- Servers that vote agree on the largest fence that one of them minted.
    if minted ~= fence then redis.call('SET', lease_key, token .. ' ' .. fence .. ' ' .. label) end
    redis.call('PEXPIRE', lease_key, ms)
    replies[i] = 1
  elseif not lease and redis.call('EXISTS', fence_key) == 0 then
    redis.call('SET', lease_key, token .. ' ' .. fence .. ' ' .. label, 'PX', ms)
    replies[i] = 2
  else
    replies[i] = -1
  end
  if replies[i] > 0 then
    redis.call('SET', fence_key, fence .. ' ' .. (now + ms) .. ' ' .. token, 'PX', KEEP_MS + ms)
  end
end
return replies
