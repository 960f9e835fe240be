-- Shared by the scripts of what several may hold at a time: semaphores, and the two sides of a read-write lock.
-- Expects `me`, the caller's token, and KEYS[1] shares, KEYS[2] record, KEYS[3] queue; ARGV[1] and ARGV[2] as they say.
local HELD, RECORD, QUEUE = KEYS[1], KEYS[2], KEYS[3]
-- include _station.lua
local now_us = server_us()
local now = math.floor(now_us / 1000)
local is_changed = redis.call('ZREMRANGEBYSCORE', HELD, '-inf', now) > 0
local fence, ends, opens = string.match(read(RECORD) or '', '^(%d+) (%d+) (%d+)$')
local is_known = fence ~= nil
fence, ends, opens = tonumber(fence or 0), tonumber(ends or 0), tonumber(opens or 0)
-- Somebody deleted the shares, whose holders live and have yet to say so.
local is_lost = ends > now and redis.call('EXISTS', HELD) == 0

-- Who takes more than one share takes all: so one holder has what it says, and several have one each.
local function is_free(weight, limit)
  local used = redis.call('ZCARD', HELD)
  if used == 1 then used = string.match(redis.call('ZRANGE', HELD, 0, 0)[1], '^%S+ (%d+)') or 1 end
  return used + weight <= tonumber(limit)
end

local function grant(entry, lease_ms)
  local token, first_ms, weight, label = string.match(entry, '^(%S+) (%d+) (%d+) %d+ (.*)$')
  local ms, minted = lease_ms or first_ms, math.max(fence + 1, now_us)
  local text = string.format('%.0f', minted)
  local news = table.concat({ 'granted', token, text, now, ms, HELD }, ' ')
  if token ~= me and not tell(token, news) then return nil end
  fence, is_changed = minted, true
  redis.call('ZADD', HELD, now + ms, table.concat({ token, weight, text, label }, ' '))
  return { fence, tonumber(ms) }
end

-- Gives what is free to those who wait, in their order; returns the caller's grant if it was among them.
local function hand_out()
  local mine
  while true do
    local entry = redis.call('LINDEX', QUEUE, 0)
    if not entry then return mine end
    local token, weight, limit = string.match(entry, '^(%S+) %d+ (%d+) (%d+) ')
    local fits = token and is_free(weight, limit)
    -- One who died must not keep the others waiting for what it wants.
    if token and not fits and (token == me or tell(token, 'wait')) then return mine end
    redis.call('LPOP', QUEUE)
    local granted = fits and grant(entry)
    if granted and token == me then mine = granted end
    if granted then set_watch(token, granted[2]) end
  end
end

local function save()
  if not is_changed then return end
  ends = tonumber(redis.call('ZRANGE', HELD, -1, -1, 'WITHSCORES')[2] or 0)
  if ends > 0 then redis.call('PEXPIREAT', HELD, ends) end
  local record = string.format('%.0f %.0f %.0f', fence, ends, opens)
  redis.call('SET', RECORD, record, 'PX', KEEP_MS + math.max(0, ends - now))
end
