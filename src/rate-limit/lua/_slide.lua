-- Decides one call by the sliding window: never more than the limit in any window.
-- The state is the total of what has left the window in 4 bytes, then an entry of 12 per call, or per cell of `grain`
-- microseconds: when its last call came, and the total up to and with it. Totals wrap at 2^32; only differences count.
-- An entry leaves when its last call leaves, so cells err on the safe side by less than one cell.
-- The first entry that came after `least`, or, with a base, the first with which the live total reaches it: one beyond
-- the last if none does. It is mostly near the front.
local function seek(value, entries, least, base)
  local before, found, step = 0, entries + 1, 1
  while found - before > 1 do
    local at = min(before + step, floor((before + found) / 2))
    local came, total = unpack('<dI4', value, 12 * at - 6)
    local reached = came > least
    if base then reached = (total - base) % WRAP >= least end
    if reached then found = at else before, step = at, 2 * step end
  end
  return found
end

local function slide(value, now, cost, limit, length, grain)
  if byte(value) ~= 115 then value = 's\0\0\0\0' end
  local base, entries, last, used = unpack('<I4', value, 2), (#value - 5) / 12, 0, 0
  if entries > 0 then
    local total
    last, total = unpack('<dI4', value, #value - 11)
    now = max(now, last)
    if unpack('<d', value, 6) <= now - length then
      local live = seek(value, entries, now - length)
      base = unpack('<I4', value, 12 * live - 10)
      value, entries = pack('<c1I4', 's', base) .. sub(value, 12 * live - 6), entries - live + 1
    end
    used = (total - base) % WRAP
  end
  local reset = entries > 0 and last + length - now or 0
  if cost > 0 and used + cost > limit then
    local frees = seek(value, entries, used + cost - limit, base)
    local retry = frees <= entries and unpack('<d', value, 12 * frees - 6) + length - now or length
    return false, value, limit - used, reset, retry
  end
  if cost == 0 then return true, value, limit - used, reset, 0 end
  used = max(0, used + cost)
  if used == 0 then return true, '', limit, 0, 0 end
  if cost < 0 then
    entries = seek(value, entries, used, base) - 1
    last = unpack('<d', value, 12 * entries + 6)
  else
    if grain > 0 and entries > 0 and floor(last / grain) == floor(now / grain) then entries = entries - 1 end
    last = now
  end
  local newest = pack('<dI4', last, (base + used) % WRAP)
  return true, sub(value, 1, 12 * entries + 5) .. newest, limit - used, last + length - now, 0
end
