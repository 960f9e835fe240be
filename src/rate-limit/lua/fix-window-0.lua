-- Decides one call by the fixed window: it begins with the first call it counts, and all it counted leaves at its end.
-- A part of consume-windows-n.lua. The state is 12 bytes: when the window began, and the total.
-- KEYS none
-- ARGV none
-- Returns function(state, now, cost, window) -> allowed, state, remaining, reset, retry; times in microseconds
return function(state, now, cost, window)
  local began, used = now, 0
  if state ~= '' then began, used = struct.unpack('<dI4', state) end
  now = math.max(now, began)
  if now >= began + window.length then began, used = now, 0 end
  local left = used > 0 and began + window.length - now or 0
  if cost > 0 and used + cost > window.limit then
    return false, state, window.limit - used, left, cost <= window.limit and left or window.length
  end
  used = math.max(0, used + cost)
  if used == 0 then return true, '', window.limit, 0, 0 end
  return true, struct.pack('<dI4', began, used), window.limit - used, began + window.length - now, 0
end
