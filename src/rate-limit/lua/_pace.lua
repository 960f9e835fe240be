-- Decides one call by the generic cell rate algorithm: calls come at the limit's pace, and up to `burst` of them early.
-- The state is 11 bytes: when the calls counted so far are all due, in 4 bytes and the 3 above, and the rest below a
-- microsecond in parts of it. There are `limit` parts in a microsecond, so a call takes a whole number: `length`.
local function pace(value, now, cost, limit, length, burst)
  local early = 0
  if byte(value) == 103 then
    local below, above, rest = unpack('<I4I3I4', value, 2)
    early = max(0, (above * WRAP + below - now) * limit + rest)
  end
  local excess = early + (cost - burst) * length
  if cost > 0 and excess > 0 then
    local retry = cost <= burst and ceil(excess / limit) or length
    return false, value, burst - ceil(early / length), ceil(early / limit), retry
  end
  early = early + cost * length
  if early <= 0 then return true, '', burst, 0, 0 end
  local whole = floor(early / limit)
  local due = now + whole
  local state = pack('<c1I4I3I4', 'g', due % WRAP, floor(due / WRAP), max(0, early - whole * limit))
  return true, state, burst - ceil(early / length), ceil(early / limit), 0
end
