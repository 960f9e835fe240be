-- Reads the versions of tags, gives a version to those that have none, and keeps each record at least as long as the
-- entry that will name it: for twice that time, so that records in use are seldom written, since every write is news to
-- all processes that keep values with the tag. Invalidating a tag removes its record, so a version is never used twice:
-- it comes from the caller and is random.
-- KEYS the records of the tags
-- ARGV[1] the version for tags that have none
-- ARGV[2] the least ttl of the records in ms
-- Returns one version for each key, in their order
local versions = {}
local ttl = tonumber(ARGV[2])
for i, key in ipairs(KEYS) do
  local version = redis.call('GET', key)
  if not version then
    version = ARGV[1]
    redis.call('SET', key, version, 'PX', 2 * ttl)
  elseif redis.call('PTTL', key) < ttl then
    redis.call('PEXPIRE', key, 2 * ttl)
  end
  versions[i] = version
end
return versions
