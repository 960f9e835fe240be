-- Decides calls of one window each by `decide`, one after the other, in runs of calls that are alike.
local reply, size, first = {}, 0, 1
for run = 1, #ARGV, 6 do
  local cost, last = tonumber(ARGV[run]), first + ARGV[run + 1] - 1
  local limit, length, block = tonumber(ARGV[run + 2]), ARGV[run + 3] * 1000, ARGV[run + 4]
  local extra = tonumber(ARGV[run + 5])
  for i = first, last do
    local key = KEYS[i]
    -- include _read.lua
    local isBlocked = blocked > now and cost >= 0
    local tried = isBlocked and 0 or cost == 0 and 1 or cost
    local allowed, state, remaining, reset, retry, stays = decide(value, now, tried, limit, length, extra)
    if isBlocked then
      allowed, remaining, retry = false, 0, blocked - now
      reset = max(reset, retry)
    elseif allowed and cost ~= 0 then
      write(key, state, reset, blocked, stays, record)
    elseif allowed then
      allowed, state, remaining, reset = decide(value, now, 0, limit, length, extra)
    elseif block ~= '0' and cost > 0 then
      local barred = bar(key, value, reset, block, record)
      remaining, reset, retry = 0, max(reset, barred), max(retry, barred)
    end
    -- include _answer.lua
  end
  first = last + 1
end
return reply
