-- Takes a lock and mints its fence, or joins the queue of those who wait for it; one round trip either way.
-- A token is "<station>.<number>"; a station is a process, which listens on a channel of its own.
-- KEYS[1] lease: "<token> <fence> <since ms> <host> <owner>", expires when the lease ends
-- KEYS[2] fence: "<fence>" when released, else "<fence> <lease end ms> <token>"
-- KEYS[3] queue: list of "<token> <first lease ms> <host> <owner>", the longest waiting first
-- ARGV[1] what every station's channel begins with
-- ARGV[2] 1 when PUBLISH counts every listener; 0 on Cluster, where it counts those of one node
-- ARGV[3] the caller, as in the queue
-- ARGV[4] lease in ms when there is nobody to wait for
-- ARGV[5] try: do not queue; join: queue; rejoin: queue unless already there
-- ARGV[6] ms after the server's start in which nothing of unknown past is granted; 0 when no restart was seen
-- Returns { fence, lease ms } when the caller holds the lock, else { code, ms until it may be free, server ms } with
-- -1 queued now, -2 busy, -3 queued already
local me = string.match(ARGV[3], '^%S+')
-- include _take-free.lua

local HELD, FENCE, QUEUE = KEYS[1], KEYS[2], KEYS[3]
-- include _hand-over.lua
-- include _barred.lua

local lease = read(HELD)
local wait_ms
if lease then
  local holder, fence = string.match(lease, '^(%S+) (%d+)')
  if holder == me then return { tonumber(fence), redis.call('PTTL', HELD) } end
  wait_ms = held_ms()
else
  wait_ms = barred_ms(math.floor(server_us() / 1000), ARGV[6])
  if wait_ms == 0 then
    local granted, token = pass_on()
    if not granted then granted, token = grant(ARGV[3], ARGV[4]) end
    if token == me then return granted end
    wait_ms = granted[2]
  end
end

local code = -2
if ARGV[5] ~= 'try' then
  code = ARGV[5] == 'rejoin' and redis.call('LPOS', QUEUE, ARGV[3]) and -3 or -1
  if code == -1 then redis.call('RPUSH', QUEUE, ARGV[3]) end
  redis.call('PEXPIRE', QUEUE, KEEP_MS)
end
return { code, wait_ms, math.floor(server_us() / 1000) }
