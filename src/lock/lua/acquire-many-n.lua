-- Takes several locks in one step, all of them or none; never queues.
-- KEYS[3i-2] lease i, KEYS[3i-1] fence i, KEYS[3i] queue i: as in acquire-n
-- ARGV[1] what every station's channel begins with
-- ARGV[2] 1 when PUBLISH counts every listener; 0 on Cluster, where it counts those of one node
-- ARGV[3] lease in ms
-- ARGV[4] ms after the server's start in which nothing of unknown past is granted; 0 when no restart was seen
-- ARGV[5..] the caller for each lock, as in its queue
-- Returns { fence, lease ms } with one fence for all, or { -2, ms until the first that is held may be free }
local me = ''
local HELD, FENCE, QUEUE
-- include _hand-over.lua
-- include _barred.lua

local function use(i)
  HELD, FENCE, QUEUE = KEYS[3 * i - 2], KEYS[3 * i - 1], KEYS[3 * i]
end

local count, fence, now = #KEYS / 3, 0, math.floor(server_us() / 1000)
for i = 1, count do
  use(i)
  local wait_ms = redis.call('EXISTS', HELD) == 1 and held_ms() or barred_ms(now, ARGV[4])
  if wait_ms > 0 then return { -2, wait_ms } end
  local granted = pass_on()
  if granted then return { -2, granted[2] } end
  fence = math.max(fence, next_fence())
end
for i = 1, count do
  use(i)
  me = string.match(ARGV[4 + i], '^%S+')
  grant(ARGV[4 + i], ARGV[3], fence)
end
return { fence, tonumber(ARGV[3]) }
