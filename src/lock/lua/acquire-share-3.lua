-- Takes a share of what several may hold, or joins the queue; who waits longest goes first, however much it wants.
-- KEYS[1] shares: sorted set of "<token> <weight> <fence> <host> <owner>" by the end of the lease in server ms
-- KEYS[2] record: "<fence> <end of the last lease in ms> <ms from which new shares may be given after a loss>"
-- KEYS[3] queue: list of "<token> <first lease ms> <weight> <limit> <host> <owner>", the longest waiting first
-- ARGV[1] what every station's channel begins with
-- ARGV[2] 1 when PUBLISH counts every listener; 0 on Cluster, where it counts those of one node
-- ARGV[3] the caller, as in the queue; its weight is 1, or the limit to be alone
-- ARGV[4] lease in ms when there is nobody to wait for
-- ARGV[5] try: do not queue; join: queue; rejoin: queue unless already there
-- ARGV[6] ms after the server's start in which nothing of unknown past is granted; 0 when no restart was seen
-- Returns { fence, lease ms } when the caller holds a share, else { code, ms until one may be free, server ms } with
-- -1 queued now, -2 busy, -3 queued already
local me = string.match(ARGV[3], '^%S+')
-- include _shares.lua

-- Answers for how long no share must be given: some of which the server knows nothing may be held.
local function barred_ms()
  if is_lost then return ends - now end
  local left = math.max(0, opens - now)
  if is_known and opens == 0 or ARGV[6] == '0' then return left end
  local uptime = string.match(redis.call('INFO', 'server'), 'uptime_in_seconds:(%d+)') or 0
  return math.max(left, ARGV[6] + 1000 - uptime * 1000)
end

if ARGV[5] == 'rejoin' then
  local held = redis.call('ZRANGE', HELD, 0, -1, 'WITHSCORES')
  for i = 1, #held, 2 do
    local token, _, minted = string.match(held[i], '^(%S+) (%d+) (%d+)')
    if token == me then return { tonumber(minted), held[i + 1] - now } end
  end
end

local wait_ms = barred_ms()
if wait_ms == 0 then
  local mine = hand_out()
  local _, weight, limit = string.match(ARGV[3], '^%S+ (%d+) (%d+) (%d+) ')
  if not mine and redis.call('LLEN', QUEUE) == 0 and is_free(weight, limit) then mine = grant(ARGV[3], ARGV[4]) end
  save()
  if mine then return mine end
  wait_ms = (redis.call('ZRANGE', HELD, 0, 0, 'WITHSCORES')[2] or now + 1000) - now
end

local code = -2
if ARGV[5] ~= 'try' then
  code = ARGV[5] == 'rejoin' and redis.call('LPOS', QUEUE, ARGV[3]) and -3 or -1
  if code == -1 then redis.call('RPUSH', QUEUE, ARGV[3]) end
  redis.call('PEXPIRE', QUEUE, KEEP_MS)
end
return { code, wait_ms, now }
