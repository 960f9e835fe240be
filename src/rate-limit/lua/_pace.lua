-- Decides one call by the generic cell rate algorithm: calls come at the limit's pace, and up to a burst of `extra` early.
-- The state is 11 bytes: when the calls counted so far are all due, in 4 bytes and the 3 above, and the rest below a
-- microsecond in parts of it. There are `limit` parts in a microsecond, so a call takes a whole number: `length`.
local allowed, state, retry, stays, early = true, '', 0, false, 0
if letter == 103 then
  local below, above, rest = unpack('<I4I3I4', value, 2)
  early = max(0, (above * WRAP + below - now) * limit + rest)
end
local excess = early + (asked - extra) * length
if asked > 0 and excess > 0 then
  allowed, state, retry = false, value, asked <= extra and ceil(excess / limit) or length
else
  early = max(0, early + counted * length)
  if early > 0 then
    local whole = floor(early / limit)
    local due = now + whole
    state = pack('<c1I4I3I4', 'g', due % WRAP, floor(due / WRAP), max(0, early - whole * limit))
  end
end
local remaining, reset = extra - ceil(early / length), ceil(early / limit)
