-- Replaces what entries' keys hold where that is still what the caller saw; everything that must not act on an outdated
-- view goes through here: claiming a load, keeping the claim, storing what was loaded, giving the claim up.
-- KEYS the entries, each on its own: one that fails leaves the others alone
-- ARGV four for each key: '=' and the content expected, '#' and its SHA-1 in hex, or '' when there must be none;
--   the new content, '' to remove the key; its ttl in ms; and the sum of 1 when a longer ttl that the key has stays, and
--   2 when the content expected may also say that somebody waits
-- Returns for each key 1 when replaced, 2 when that said that somebody waits, 0 when there is nothing although something
--   was expected, the content found, or an array of one text, the server's error
local function isExpected(content, expected)
  local kind = string.sub(expected, 1, 1)
  if kind == '=' then return content == string.sub(expected, 2) end
  return kind == '#' and redis.sha1hex(content) == string.sub(expected, 2)
end

-- Somebody who waits for a load says so in its marker, behind its token.
local function isAwaited(content, expected)
  local marker = string.sub(expected, 2)
  return string.gsub(marker, '^(~{"loading":"[^"]*")', '%1,"awaited":true') == content
end

local function swap(key, expected, content, ttl, options)
  local done = 1
  local found = redis.pcall('GET', key)
  if type(found) == 'table' then return { found.err } end
  if not found then
    if expected ~= '' then return 0 end
  elseif not isExpected(found, expected) then
    if options < 2 or not isAwaited(found, expected) then return found end
    done = 2
  end
  if content == '' then
    redis.call('UNLINK', key)
    return done
  end
  local keeps = options % 2 == 1 and redis.call('PTTL', key) > tonumber(ttl)
  local written = keeps and redis.pcall('SET', key, content, 'KEEPTTL') or redis.pcall('SET', key, content, 'PX', ttl)
  return written.err and { written.err } or done
end

local replies = {}
for i, key in ipairs(KEYS) do
  local at = (i - 1) * 4
  replies[i] = swap(key, ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], tonumber(ARGV[at + 4]))
end
return replies
