-- Decides one call by the sliding window: never more than the limit in any window.
-- The state is the total of what has left the window in 4 bytes, then an entry of 12 per call, or per cell of `extra`
-- microseconds: when its last call came, and the total up to and with it. Totals wrap at 2^32; only differences count.
-- An entry leaves when its last call leaves, so cells err on the safe side by less than one cell.
local allowed, state, reset, retry, stays = true, letter == 115 and value or 's\0\0\0\0', 0, 0, false
local entries, gone, base, used, last, newest = (#state - 5) / 12, 0, 0, 0, 0, now
if entries > 0 then
  local oldest, total
  base, oldest = unpack('<I4d', state, 2)
  last, total = unpack('<dI4', state, #state - 11)
  newest = max(now, last)
  if oldest <= newest - length then
    gone = seek(state, 0, entries, newest - length) - 1
    base = unpack('<I4', state, 12 * gone + 2)
  end
  used = (total - base) % WRAP
  if used > 0 then reset = last + length - newest end
end
if asked > 0 and used + asked > limit then
  local frees = seek(state, gone, entries, used + asked - limit, base)
  allowed, retry = false, frees <= entries and unpack('<d', state, 12 * frees - 6) + length - newest or length
elseif used + counted <= 0 then
  used, state, reset = 0, '', 0
elseif counted ~= 0 then
  used = used + counted
  if counted < 0 then
    entries = seek(state, gone, entries, used, base) - 1
    newest = unpack('<d', state, 12 * entries + 6)
  elseif extra > 0 and entries > gone and floor(last / extra) == floor(newest / extra) then
    entries = entries - 1
  end
  reset = newest + length - max(now, last)
  if gone > 0 then state = pack('<c1I4', 's', base) .. sub(state, 12 * gone + 6, 12 * entries + 5)
  elseif #state > 12 * entries + 5 then state = sub(state, 1, 12 * entries + 5) end
  state = state .. pack('<dI4', newest, (base + used) % WRAP)
end
local remaining = limit - used
