-- Decides one call by the generic cell rate algorithm: calls come at the limit's pace, and up to `burst` of them early.
-- A part of consume-windows-n.lua. The state is 12 bytes: when the calls counted so far are all due, in microseconds, and
-- the rest below one in parts of it. There are `limit` parts in a microsecond, so a call takes a whole number: `length`.
-- KEYS none
-- ARGV none
-- Returns function(state, now, cost, window) -> allowed, state, remaining, reset, retry; times in microseconds
return function(state, now, cost, window)
  local limit, length, burst = window.limit, window.length, window.burst
  local early = 0
  if state ~= '' then
    local due, rest = struct.unpack('<dI4', state)
    early = math.max(0, (due - now) * limit + rest)
  end
  local excess = early + (cost - burst) * length
  if cost > 0 and excess > 0 then
    local retry = cost <= burst and math.ceil(excess / limit) or length
    return false, state, burst - math.ceil(early / length), math.ceil(early / limit), retry
  end
  early = math.max(0, early + cost * length)
  if early == 0 then return true, '', burst, 0, 0 end
  local whole = math.floor(early / limit)
  local due = struct.pack('<dI4', now + whole, math.max(0, early - whole * limit))
  return true, due, burst - math.ceil(early / length), math.ceil(early / limit), 0
end
