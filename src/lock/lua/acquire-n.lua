-- Takes locks and mints their fences, or joins the queues of those who wait for them; each claim stands alone.
-- A token is "<station>.<number>"; a station is a process, which listens on a channel of its own.
-- KEYS[3i-2] lease i: "<token> <fence> <since ms> <host> <owner>", expires when the lease ends
-- KEYS[3i-1] fence i: "<fence>" when released, else "<fence> <lease end ms> <token>"
-- KEYS[3i] queue i: list of "<token> <first lease ms> <host> <owner>", the longest waiting first
-- ARGV[1] what every station's channel begins with
-- ARGV[2] 1 when PUBLISH counts every listener; 0 on Cluster, where it counts those of one node
-- ARGV[3..] four for each claim: the caller, as in the queue; its lease in ms when there is nobody to wait for;
--   try: do not queue, join: queue, rejoin: queue unless already there;
--   ms after the server's start in which nothing of unknown past is granted, 0 when no restart was seen
-- Returns three for each claim: fence, lease ms, 0 when the caller holds the lock, else code, ms until it may be free,
--   server ms with -1 queued now, -2 busy, -3 queued already; -9 when it failed: asked again alone it gets the error
local me, HELD, FENCE, QUEUE
-- include _take-free.lua
-- include _hand-over.lua
-- include _barred.lua
-- include _alone.lua

local function acquire(i)
  local entry, lease_ms, mode, guard_ms = unpack(ARGV, 4 * i - 1, 4 * i + 2)
  local lease, wait_ms = read(HELD), nil
  if lease then
    local holder, fence = string.match(lease, '^(%S+) (%d+)')
    if holder == me then return tonumber(fence), redis.call('PTTL', HELD), 0 end
    wait_ms = held_ms()
  else
    wait_ms = barred_ms(math.floor(server_us() / 1000), guard_ms)
    if wait_ms == 0 then
      local granted, token = pass_on()
      if not granted then granted, token = grant(entry, lease_ms) end
      if token == me then return granted[1], granted[2], 0 end
      wait_ms = granted[2]
    end
  end

  local code = -2
  if mode ~= 'try' then
    code = mode == 'rejoin' and redis.call('LPOS', QUEUE, entry) and -3 or -1
    if code == -1 then redis.call('RPUSH', QUEUE, entry) end
    redis.call('PEXPIRE', QUEUE, KEEP_MS)
  end
  return code, wait_ms, math.floor(server_us() / 1000)
end

for _, i in ipairs(others) do
  HELD, FENCE, QUEUE = KEYS[3 * i - 2], KEYS[3 * i - 1], KEYS[3 * i]
  me = string.match(ARGV[4 * i - 1], '^%S+')
  replies[3 * i - 2], replies[3 * i - 1], replies[3 * i] = alone(acquire, i)
end
return replies
