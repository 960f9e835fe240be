-- Reads the versions of tags, gives a version to those that have none, and keeps each record at least as long as the
-- entry that will name it: for twice that time, so that records in use are seldom written, since every write is news to
-- all processes that keep values with the tag. Invalidating a tag removes its record, so a version is never used twice:
-- it comes from the caller and is random.
-- KEYS the records of the tags
-- ARGV[1] the version for tags that have none
-- ARGV[2] the least ttl of the records in ms
-- Returns for each key, in their order, its version and its remaining ttl in ms
local replies = {}
local ttl = tonumber(ARGV[2])
for i, key in ipairs(KEYS) do
  local version, left = redis.call('GET', key), redis.call('PTTL', key)
  if not version then
    version, left = ARGV[1], 2 * ttl
    redis.call('SET', key, version, 'PX', left)
  elseif left < ttl then
    left = 2 * ttl
    redis.call('PEXPIRE', key, left)
  end
  replies[2 * i - 1], replies[2 * i] = version, left
end
return replies
