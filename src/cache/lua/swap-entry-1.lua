-- Replaces what an entry's key holds if that is still what the caller saw; everything that must not act on an outdated
-- view goes through here: claiming a load, keeping the claim, storing what was loaded, giving the claim up.
-- KEYS[1] the entry
-- ARGV[1] SHA-1, in hex, of the content expected; '' when there must be none
-- ARGV[2] the new content; '' to remove the key
-- ARGV[3] ttl of the new content in ms
-- ARGV[4] '1' to leave the key a longer ttl than that if it has one
-- Returns 1 when replaced, 0 when there is nothing although something was expected, else the content found
local content = redis.call('GET', KEYS[1])
local expected = ARGV[1]
if not content then
  if expected ~= '' then return 0 end
elseif expected == '' or redis.sha1hex(content) ~= expected then
  return content
end
if ARGV[2] == '' then
  redis.call('UNLINK', KEYS[1])
else
  local ttl = tonumber(ARGV[3])
  if ARGV[4] == '1' then ttl = math.max(ttl, redis.call('PTTL', KEYS[1])) end
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ttl)
end
return 1
