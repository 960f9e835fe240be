-- Shared by everything that hands over: the clock of all, and how to tell a process something.
-- Expects HELD, the key of what is handed over, and QUEUE, the list of those who wait; ARGV[1] and ARGV[2] as they say.
local KEEP_MS = 86400000

local clock_us
local function server_us()
  if not clock_us then
    local time = redis.call('TIME')
    clock_us = time[1] * 1000000 + time[2]
  end
  return clock_us
end

-- Answers '' for what stands under our key and is no text: it is nobody's of ours.
local function read(key)
  local value = redis.pcall('GET', key)
  return type(value) == 'table' and '' or value
end

-- Who hears nothing, its station begins with '~', looks by itself and counts as alive.
local function tell(token, message)
  if string.sub(token, 1, 1) == '~' then return true end
  local heard = redis.call('PUBLISH', ARGV[1] .. string.match(token, '^[^.]+'), message)
  return heard > 0 or ARGV[2] == '0'
end

-- Asks the first waiter of another process to see to it that a frozen holder does not keep the others waiting.
local function set_watch(token, ms)
  local station = string.match(token, '^[^.]+%.')
  for i = 0, 31 do
    local entry = redis.call('LINDEX', QUEUE, i)
    if not entry then return end
    local is_other = string.sub(entry, 1, #station) ~= station
    if is_other and tell(entry, 'watch ' .. ms .. ' ' .. HELD) then return end
  end
end
