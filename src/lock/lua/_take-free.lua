-- The short way of acquire, for a lock that nobody holds and nobody waits for; it is most of what most locks see. Expects `me`, the caller's token.
-- Whoever gives a lock back leaves the bare fence, without an end and a holder, only when the queue is empty.
local last = redis.pcall('GET', KEYS[2])
if type(last) == 'string' and not string.find(last, ' ', 1, true) and redis.call('EXISTS', KEYS[1]) == 0 then
  local time = redis.call('TIME')
  -- Texts and not numbers, which Lua is slow to write: seconds, and microseconds with their zeros.
  local us = string.sub('00000', #time[2]) .. time[2]
  local fence, now = time[1] .. us, time[1] .. string.sub(us, 1, 3)
  if #fence < #last or #fence == #last and fence <= last then fence = string.format('%.0f', last + 1) end
  local label = string.match(ARGV[3], '%d+ (.*)$', #me + 2)
  redis.call('SET', KEYS[2], fence .. ' ' .. now + ARGV[4] .. ' ' .. me, 'PX', '172800000')
  redis.call('SET', KEYS[1], me .. ' ' .. fence .. ' ' .. now .. ' ' .. label, 'PX', ARGV[4])
  return { tonumber(fence), tonumber(ARGV[4]) }
end
