-- Prolongs the leases of shares, many at once, and sets those again that the server has lost.
-- KEYS[2i-1] shares i, KEYS[2i] record i: as in acquire-share-3
-- ARGV[1..] three for each lease: the share as it stands there, lease in ms, limit
-- Returns one integer for each lease: 1 prolonged, 2 set again, -1 not the caller's any more
local KEEP_MS = 86400000
local time = redis.call('TIME')
local now = math.floor((time[1] * 1000000 + time[2]) / 1000)

local function is_free(held, member, limit)
  local used = redis.call('ZCARD', held)
  if used == 1 then used = string.match(redis.call('ZRANGE', held, 0, 0)[1], '^%S+ (%d+)') or 1 end
  return used + string.match(member, '^%S+ (%d+)') <= tonumber(limit)
end

local function renew(held, record, member, ms, limit)
  -- What is of another type is not the caller's; it must not keep the others from being prolonged.
  if type(redis.pcall('ZREMRANGEBYSCORE', held, '-inf', now)) == 'table' then return -1 end
  local text = redis.pcall('GET', record)
  local last, ends, opens = string.match(type(text) == 'string' and text or '', '^(%d+) (%d+) (%d+)$')
  local is_known = last ~= nil
  last, ends, opens = tonumber(last or 0), tonumber(ends or 0), tonumber(opens or 0)
  local reply = redis.call('ZSCORE', held, member) and 1 or -1
  -- Others whom the server has forgotten too are still to come, so for a while nothing new is given.
  local is_lost = not is_known or opens > now or ends > now and redis.call('EXISTS', held) == 0
  if reply == -1 and is_lost and is_free(held, member, limit) then
    reply = 2
    if opens <= now then opens = math.max(ends, now + ms) end
  end
  if reply == -1 then return reply end
  redis.call('ZADD', held, now + ms, member)
  ends = tonumber(redis.call('ZRANGE', held, -1, -1, 'WITHSCORES')[2])
  redis.call('PEXPIREAT', held, ends)
  last = math.max(last, string.match(member, '^%S+ %d+ (%d+)'))
  text = string.format('%.0f %.0f %.0f', last, ends, opens)
  redis.call('SET', record, text, 'PX', KEEP_MS + ends - now)
  return reply
end

local replies = {}
for i = 1, #KEYS / 2 do
  replies[i] = renew(KEYS[2 * i - 1], KEYS[2 * i], unpack(ARGV, 3 * i - 2, 3 * i))
end
return replies
