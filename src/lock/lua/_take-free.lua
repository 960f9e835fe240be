-- The short way of acquire, for locks that nobody holds and nobody waits for; it is most of what most locks see.
-- Leaves in `others` the numbers of the claims that have to go the long way, in `replies` the answers to the rest.
local count, replies, others = #KEYS / 3, {}, nil
-- Texts and not numbers, which Lua is slow to write: seconds, and microseconds with their zeros.
local time = redis.call('TIME')
local us = string.sub('00000', #time[2]) .. time[2]
local minted, now_ms = time[1] .. us, time[1] .. string.sub(us, 1, 3)

for i = 1, count do
  local at = 3 * i
  -- Whoever gives a lock back leaves the bare fence, without an end and a holder, only when the queue is empty.
  local last = redis.pcall('GET', KEYS[at - 1])
  local is_free = type(last) == 'string' and not string.find(last, '%D')
  if is_free and redis.call('EXISTS', KEYS[at - 2]) == 0 then
    local token, label = string.match(ARGV[4 * i - 1], '^(%S+) %d+ (.*)$')
    local ms, fence = ARGV[4 * i], minted
    if #fence < #last or #fence == #last and fence <= last then fence = string.format('%.0f', last + 1) end
    redis.call('SET', KEYS[at - 1], fence .. ' ' .. now_ms + ms .. ' ' .. token, 'PX', '172800000')
    redis.call('SET', KEYS[at - 2], token .. ' ' .. fence .. ' ' .. now_ms .. ' ' .. label, 'PX', ms)
    replies[at - 2], replies[at - 1], replies[at] = tonumber(fence), tonumber(ms), 0
  else
    others = others or {}
    others[#others + 1] = i
    replies[at - 2], replies[at - 1], replies[at] = 0, 0, 0
  end
end
if not others then return replies end
