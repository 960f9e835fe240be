-- Shared by what takes locks. Expects what _hand-over.lua gives.

-- Answers for how long a free lock must not be granted: the server lost its memory and a holder may be left over, or
-- somebody deleted the lease and its holder has yet to be told. One who does not hear may be cut off and go on until then.
local function barred_ms(now, guard_ms)
  local record = read(FENCE)
  if not record then
    if guard_ms == '0' then return 0 end
    local uptime = string.match(redis.call('INFO', 'server'), 'uptime_in_seconds:(%d+)') or 0
    return math.max(0, guard_ms + 1000 - uptime * 1000)
  end
  local ends, token = string.match(record, '^%d+ (%d+) (%S+)')
  local left = ends and ends - now or 0
  if left <= 1 or token == me then return 0 end
  tell(token, 'check ' .. token)
  return left
end

-- Answers when a lock that is held may be free; what stands there for ever is looked at again every second.
local function held_ms()
  local ms = redis.call('PTTL', HELD)
  return ms < 0 and 1000 or math.max(1, ms)
end
