-- Decides a batch of calls on server time. A call names one or several windows of one subject; all of them allow it and
-- count it, or none counts it. What is put before this part defines `algorithms`: letter -> decide(state, now, cost,
-- window). A key holds '<letter><state>', behind 'b<until>' while it is blocked.
-- KEYS[1..n] the windows of the first call, then those of the next, and so on: string
-- ARGV[1] number of kinds of windows
-- ARGV[2..] seven arguments for each kind: letter, limit, length and grain in microseconds, burst, block after an excess
-- in microseconds, how many windows a call has that begins with this one; then two for each call: the number of its
-- first window, and its cost, where 0 asks about 1 without counting and less than 0 gives back
-- Returns for each key: 1 allowed or 0 denied, remaining, reset in ms, retry in ms
local time = redis.call('TIME')
local now, windows = time[1] * 1000000 + time[2], {}
for at = 2, 7 * tonumber(ARGV[1]), 7 do
  windows[#windows + 1] = {
    letter = ARGV[at], decide = algorithms[ARGV[at]], limit = tonumber(ARGV[at + 1]), length = tonumber(ARGV[at + 2]),
    grain = tonumber(ARGV[at + 3]), burst = tonumber(ARGV[at + 4]), block = tonumber(ARGV[at + 5]),
    span = tonumber(ARGV[at + 6]),
  }
end

local function try(self, cost)
  self.ok, self.next, self.remaining, self.reset, self.retry = self.window.decide(self.state, now, cost, self.window)
end

local function look(key, window, cost)
  local value, blocked = redis.call('GET', key) or '', 0
  if value:sub(1, 1) == 'b' then blocked, value = struct.unpack('<d', value, 2), value:sub(10) end
  local state = value:sub(1, 1) == window.letter and value:sub(2) or ''
  local found = { key = key, window = window, state = state, blocked = blocked }
  local isBlocked = blocked > now and cost >= 0
  try(found, isBlocked and 0 or cost == 0 and 1 or cost)
  if isBlocked then found.ok, found.remaining, found.retry = false, 0, blocked - now end
  return found
end

local function write(found, state)
  local left = math.max(found.reset, found.blocked - now)
  if left <= 0 then return redis.call('DEL', found.key) end
  local head = found.blocked > now and 'b' .. struct.pack('<d', found.blocked) or ''
  redis.call('SET', found.key, head .. found.window.letter .. state, 'PX', math.ceil(left / 1000))
end

local function settle(found, cost, allowed)
  if allowed and cost ~= 0 then
    write(found, found.next)
  elseif found.ok then
    try(found, 0)
  elseif cost > 0 and found.window.block > 0 and found.blocked <= now then
    local block = found.window.block
    found.blocked, found.remaining, found.retry = now + block, 0, math.max(found.retry, block)
    write(found, found.state)
  end
end

local reply, key = {}, 1
for call = 7 * tonumber(ARGV[1]) + 2, #ARGV, 2 do
  local first, cost, calls, allowed = tonumber(ARGV[call]), tonumber(ARGV[call + 1]), {}, true
  for i = 1, windows[first].span do
    calls[i] = look(KEYS[key], windows[first + i - 1], cost)
    allowed, key = allowed and calls[i].ok, key + 1
  end
  for _, found in ipairs(calls) do
    reply[#reply + 1] = found.ok and 1 or 0
    settle(found, cost, allowed)
    reply[#reply + 1] = math.max(0, found.remaining)
    reply[#reply + 1] = math.ceil(found.reset / 1000)
    reply[#reply + 1] = math.ceil(found.retry / 1000)
  end
end
return reply
