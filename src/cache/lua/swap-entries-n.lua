-- Replaces what entries' keys hold where that is still what the caller saw; everything that must not act on an outdated
-- view goes through here: claiming a load, keeping the claim, storing what was loaded, giving the claim up.
-- KEYS the entries, each on its own: one that fails leaves the others alone
-- ARGV four for each key: '=' and the content expected, '#' and its SHA-1 in hex, or '' when there must be none;
--   the new content, '' to remove the key; its ttl in ms; 1 when a longer ttl that the key has stays
-- Returns for each key 1 when replaced, 0 when there is nothing although something was expected, the content found, or
--   an array of one text, the server's error
local function isExpected(content, expected)
  local kind = string.sub(expected, 1, 1)
  if kind == '=' then return content == string.sub(expected, 2) end
  return kind == '#' and redis.sha1hex(content) == string.sub(expected, 2)
end

local function swap(key, expected, content, ttl, keepsTtl)
  local found = redis.pcall('GET', key)
  if type(found) == 'table' then return { found.err } end
  if not found then
    if expected ~= '' then return 0 end
  elseif not isExpected(found, expected) then
    return found
  end
  if content == '' then
    redis.call('UNLINK', key)
    return 1
  end
  local keeps = keepsTtl == '1' and redis.call('PTTL', key) > tonumber(ttl)
  local written = keeps and redis.pcall('SET', key, content, 'KEEPTTL') or redis.pcall('SET', key, content, 'PX', ttl)
  return written.err and { written.err } or 1
end

local replies = {}
for i, key in ipairs(KEYS) do
  local at = (i - 1) * 4
  replies[i] = swap(key, ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4])
end
return replies
