-- Decides one call by the fixed window: it begins with the first call it counts, and all it counted leaves at its end.
-- The state is 11 bytes, so that the key takes the least memory there is: when the window began, in 4 bytes and the 3
-- above, and the total.
local allowed, state, remaining, reset, retry, stays = true, '', limit, 0, 0, false
local below, above, began, used = 0, 0, now, 0
if letter == 102 then
  below, above, used = unpack('<I4I3I4', value, 2)
  began = above * WRAP + below
  if now >= began + length then began, used = now, 0 end
end
if used > 0 then reset, stays = began + length - (now > began and now or began), true end
if asked > 0 and used + asked > limit then
  allowed, state, remaining = false, value, limit - used
  retry = asked <= limit and reset or length
else
  used = used + counted
  if used > 0 then
    if not stays then below, above, reset = began % WRAP, math.floor(began / WRAP), length end
    state, remaining = pack('<c1I4I3I4', 'f', below, above, used), limit - used
  else
    reset = 0
  end
end
