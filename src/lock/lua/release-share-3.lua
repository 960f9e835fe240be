-- Gives a share back, or a place in its queue, and hands out what is free; or takes every share from its holder.
-- KEYS[1] shares, KEYS[2] record, KEYS[3] queue: as in acquire-share-3
-- ARGV[1] what every station's channel begins with
-- ARGV[2] 1 when PUBLISH counts every listener; 0 on Cluster, where it counts those of one node
-- ARGV[3] the caller, as in the queue; empty to take the shares of all
-- ARGV[4] the caller, as in the shares; empty when it does not know whether it has one
-- Returns how many shares were given back or taken; 1 for those that the server had lost, whose number it cannot know
local me, released = string.match(ARGV[3], '^%S*'), 0
-- include _drop-foreign.lua
if me == '' then
  drop_foreign(KEYS[3], 'LLEN')
  released = drop_foreign(KEYS[1], 'ZCARD')
end
-- include _shares.lua

local taken = {}
local function give_up(member)
  if me == '' then taken[#taken + 1] = string.match(member, '^%S+') end
  released = released + redis.call('ZREM', HELD, member)
end

-- Who holds what was lost hears when it prolongs it: from now on that is not set again.
if me == '' then
  if is_lost or opens > now then released = 1 end
  is_lost, opens = false, 0
end
if me ~= '' then redis.call('LREM', QUEUE, 1, ARGV[3]) end
if ARGV[4] ~= '' then
  give_up(ARGV[4])
else
  for _, member in ipairs(redis.call('ZRANGE', HELD, 0, -1)) do
    if me == '' or string.match(member, '^%S+') == me then give_up(member) end
  end
end

if released > 0 then is_changed = true end
if is_known and not is_lost and opens <= now then hand_out() end
-- Servers write the last to its sockets first: so the holders hear before the next ones do.
for _, token in ipairs(taken) do
  tell(token, 'revoked ' .. token)
end
if is_known or is_changed then save() end
return released
