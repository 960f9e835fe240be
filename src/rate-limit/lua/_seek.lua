-- The first entry of a sliding window beyond `before` that came after `least`, or, with a base, the first with which the
-- live total reaches it: one beyond the last if none does. It is mostly near the front.
local function seek(state, before, entries, least, base)
  local found, step = entries + 1, 1
  while found - before > 1 do
    local middle = min(before + step, floor((before + found) / 2))
    local came, total = unpack('<dI4', state, 12 * middle - 6)
    local reached = came > least
    if base then reached = (total - base) % WRAP >= least end
    if reached then found = middle else before, step = middle, 2 * step end
  end
  return found
end
