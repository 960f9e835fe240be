-- Gives locks back, or places in their queues, and hands free locks to those who wait longest; or takes them from their
-- holders. Each claim stands alone.
-- KEYS[3i-2] lease i, KEYS[3i-1] fence i, KEYS[3i] queue i: as in acquire-n
-- ARGV[1] what every station's channel begins with
-- ARGV[2] 1 when PUBLISH counts every listener; 0 on Cluster, where it counts those of one node
-- ARGV[3..] the caller of each claim, as in the queue; empty to take the lock from whoever holds it
-- Returns for each claim 1, 0 when the caller (or nobody) held the lock, -9 when it failed: asked again alone it gets the
--   error
local me, HELD, FENCE, QUEUE
-- include _give-back-unwanted.lua
-- include _hand-over.lua
-- include _drop-foreign.lua
-- include _alone.lua

-- Servers write the last to its sockets first: so the holder hears before the next one does.
local function tell_last(token)
  tell(token, 'revoked ' .. token)
end

local function release(i)
  if me == '' then drop_foreign(QUEUE, 'LLEN') end
  local lease = read(HELD)
  if lease then
    local holder = string.match(lease, '^(%S+) %d+')
    if holder ~= me and me ~= '' then
      redis.call('LREM', QUEUE, 1, ARGV[i + 2])
      return 0
    end
    local has_next = pass_on()
    if me == '' and holder then tell_last(holder) end
    if not has_next then
      local fence = string.match(lease, '^%S+ (%d+)') or string.match(read(FENCE) or '', '^%d+') or 0
      redis.call('DEL', HELD)
      redis.call('SET', FENCE, fence, 'PX', KEEP_MS)
    end
    return 1
  end

  redis.call('LREM', QUEUE, 1, ARGV[i + 2])
  -- Of a lock without a record nobody knows here whether it is held: the server may have lost it.
  local fence, ends, token = string.match(read(FENCE) or '', '^(%d+) (%d+) (%S+)')
  -- Somebody deleted the lease, and its holder may go on until it ends.
  local is_taken = me == '' and token and ends * 1000 > server_us()
  if is_taken or token == me then
    redis.call('SET', FENCE, fence, 'PX', KEEP_MS)
    pass_on()
  end
  if is_taken then tell_last(token) end
  return is_taken and 1 or 0
end

for _, i in ipairs(others) do
  HELD, FENCE, QUEUE, me = KEYS[3 * i - 2], KEYS[3 * i - 1], KEYS[3 * i], string.match(ARGV[i + 2], '^%S*')
  replies[i] = alone(release, i)
end
return replies
