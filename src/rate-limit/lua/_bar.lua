-- Begins a block of so many ms, or, of a list of them, that of this offence; behind the list stands for how long after a
-- block offences are remembered. What the window has counted is kept only if it counts for longer, so that the key stays
-- small.
local barred = tonumber(block)
if not barred then
  local steps = {}
  for step in string.gmatch(block, '%d+') do steps[#steps + 1] = tonumber(step) end
  local count = math.min((record and byte(record, 9) or 0) + 1, #steps - 1)
  barred = steps[count]
  record = pack('<dB', now + (barred + steps[#steps]) * 1000, count)
end
barred = barred * 1000
if barred >= reset then state = '' end
blocked, remaining, reset, retry = now + barred, 0, math.max(reset, barred), math.max(retry, barred)
