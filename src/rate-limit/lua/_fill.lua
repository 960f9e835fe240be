-- Decides one call by the token bucket: it holds up to `extra` tokens, is filled at the limit's pace, and a call takes out
-- what it costs. The state is when it was last looked at, and what it held, a double, in parts of a token. A token has
-- `length` parts, so a whole number of them, `limit`, flows in each microsecond.
local allowed, state, retry, stays, seen = true, '', 0, false, now
local full = extra * length
local level = full
if letter == 116 then
  local at, held = unpack('<dd', value, 2)
  seen = max(now, at)
  level = min(full, held + (seen - at) * limit)
end
local lacking = asked * length - level
if asked > 0 and lacking > 0 then
  allowed, state, retry = false, value, asked <= extra and ceil(lacking / limit) or length
else
  level = min(full, level - counted * length)
  if level < full then state = pack('<c1dd', 't', seen, level) end
end
local remaining, reset = floor(level / length), ceil((full - level) / limit)
