-- Decides one call by the token bucket: it holds up to `burst` tokens, is filled at the limit's pace, and a call takes
-- out what it costs. The state is when it was last looked at, and what it held, a double, in parts of a token. A token
-- has `length` parts, so a whole number of them, `limit`, flows in each microsecond.
local function fill(value, now, cost, limit, length, burst)
  local full = burst * length
  local level = full
  if byte(value) == 116 then
    local at, held = unpack('<dd', value, 2)
    now = max(now, at)
    level = min(full, held + (now - at) * limit)
  end
  local lacking = cost * length - level
  if cost > 0 and lacking > 0 then
    local retry = cost <= burst and ceil(lacking / limit) or length
    return false, value, floor(level / length), ceil((full - level) / limit), retry
  end
  level = level - cost * length
  if level >= full then return true, '', burst, 0, 0 end
  local held = pack('<c1dd', 't', now, level)
  return true, held, floor(level / length), ceil((full - level) / limit), 0
end
