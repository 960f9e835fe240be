-- Gives a lock back, or a place in its queue, and hands a free lock to whoever waits longest; or takes it from its holder.
-- KEYS[1] lease, KEYS[2] fence, KEYS[3] queue: as in acquire-3
-- ARGV[1] what every station's channel begins with
-- ARGV[2] 1 when PUBLISH counts every listener; 0 on Cluster, where it counts those of one node
-- ARGV[3] the caller, as in the queue; empty to take the lock from whoever holds it
-- Returns 1, or 0 when the caller (or nobody) held the lock
local me = string.match(ARGV[3], '^%S*')
-- include _give-back-unwanted.lua

local HELD, FENCE, QUEUE = KEYS[1], KEYS[2], KEYS[3]
-- include _hand-over.lua

local lease = read(HELD)
if lease then
  local holder = string.match(lease, '^(%S+) %d+')
  if holder ~= me and me ~= '' then
    redis.call('LREM', QUEUE, 1, ARGV[3])
    return 0
  end
  if me == '' and holder then tell(holder, 'revoked ' .. holder) end
  if not pass_on() then
    local fence = string.match(lease, '^%S+ (%d+)') or string.match(read(FENCE) or '', '^%d+') or 0
    redis.call('DEL', HELD)
    redis.call('SET', FENCE, fence, 'PX', KEEP_MS)
  end
  return 1
end

redis.call('LREM', QUEUE, 1, ARGV[3])
-- Of a lock without a record nobody knows here whether it is held: the server may have lost it.
local fence, token = string.match(read(FENCE) or '', '^(%d+) %d+ (%S+)')
if token == me then
  redis.call('SET', FENCE, fence, 'PX', KEEP_MS)
  pass_on()
end
return 0
