-- Decides one call by the fixed window: it begins with the first call it counts, and all it counted leaves at its end.
-- The state is 11 bytes, so that the key takes the least memory there is: when the window began, in 4 bytes and the 3
-- above, and the total.
local function fix(value, now, cost, limit, length)
  local began, used = now, 0
  if byte(value) == 102 then
    local below, above
    below, above, used = unpack('<I4I3I4', value, 2)
    began = above * WRAP + below
    now = max(now, began)
    if now >= began + length then began, used = now, 0 end
  end
  local left = used > 0 and began + length - now or 0
  if cost > 0 and used + cost > limit then
    return false, value, limit - used, left, cost <= limit and left or length
  end
  local stays = used > 0
  used = used + cost
  if used <= 0 then return true, '', limit, 0, 0 end
  local state = pack('<c1I4I3I4', 'f', began % WRAP, floor(began / WRAP), used)
  return true, state, limit - used, began + length - now, 0, stays
end
