-- Decides one call by the sliding window: never more than the limit in any window. A part of consume-windows-n.lua.
-- The state is the total of what has left the window, then an entry of 12 bytes per call, or per cell of `grain`
-- microseconds: when its last call came, and the total up to and with it. Totals wrap at 2^32; only differences count.
-- An entry leaves when its last call leaves, so cells err on the safe side by less than one cell.
-- KEYS none
-- ARGV none
-- Returns function(state, now, cost, window) -> allowed, state, remaining, reset, retry; times in microseconds
local WRAP = 4294967296

local function entry(state, i)
  return struct.unpack('<dI4', state, 12 * i - 7)
end

-- The first entry for which `is` holds, or one beyond the last; entries for which it does not hold come first.
local function first(state, entries, is)
  local low, high = 1, entries + 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    if is(entry(state, middle)) then high = middle else low = middle + 1 end
  end
  return low
end

return function(state, now, cost, window)
  if state == '' then state = '\0\0\0\0' end
  local base, entries = struct.unpack('<I4', state), (#state - 4) / 12
  if entries > 0 then now = math.max(now, (entry(state, entries))) end
  local live = first(state, entries, function(at) return at > now - window.length end)
  if live > 1 then
    base = select(2, entry(state, live - 1))
    state = struct.pack('<I4', base) .. state:sub(12 * live - 7)
    entries = entries - live + 1
  end
  local used, last = 0, 0
  if entries > 0 then
    local at, total = entry(state, entries)
    last, used = at, (total - base) % WRAP
  end
  local function since(count) -- the entry with which the live total reaches `count`
    return first(state, entries, function(_, total) return (total - base) % WRAP >= count end)
  end
  local reset = entries > 0 and last + window.length - now or 0
  if cost > 0 and used + cost > window.limit then
    local frees = since(used + cost - window.limit)
    local retry = frees <= entries and entry(state, frees) + window.length - now or window.length
    return false, state, window.limit - used, reset, retry
  end
  if cost < 0 then
    used = math.max(0, used + cost)
    entries = used > 0 and since(used) or 0
    if entries > 0 then last = entry(state, entries) end
  elseif cost > 0 then
    used = used + cost
    local grain = window.grain
    local sameCell = grain > 0 and entries > 0 and math.floor(last / grain) == math.floor(now / grain)
    entries, last = sameCell and entries or entries + 1, now
  else
    return true, state, window.limit - used, reset, 0
  end
  if entries == 0 then return true, '', window.limit, 0, 0 end
  local newest = struct.pack('<dI4', last, (base + used) % WRAP)
  return true, state:sub(1, 12 * entries - 8) .. newest, window.limit - used, last + window.length - now, 0
end
