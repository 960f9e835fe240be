-- Decides one call by the token bucket: it holds up to `burst` tokens, is filled at the limit's pace, and a call takes out
-- what it costs. A part of consume-windows-n.lua. The state is 16 bytes: when it was last looked at, and what it held, in
-- parts of a token. A token has `length` parts, so a whole number of them, `limit`, flows in each microsecond.
-- KEYS none
-- ARGV none
-- Returns function(state, now, cost, window) -> allowed, state, remaining, reset, retry; times in microseconds
return function(state, now, cost, window)
  local limit, length, burst = window.limit, window.length, window.burst
  local full = burst * length
  local level = full
  if state ~= '' then
    local at, held = struct.unpack('<dd', state)
    now = math.max(now, at)
    level = math.min(full, held + (now - at) * limit)
  end
  local lacking = cost * length - level
  if cost > 0 and lacking > 0 then
    local retry = cost <= burst and math.ceil(lacking / limit) or length
    return false, state, math.floor(level / length), math.ceil((full - level) / limit), retry
  end
  level = math.min(full, level - cost * length)
  if level == full then return true, '', burst, 0, 0 end
  local held = struct.pack('<dd', now, level)
  return true, held, math.floor(level / length), math.ceil((full - level) / limit), 0
end
