-- Decides calls of several windows each: all of them allow a call and count it, or none counts it. Calls are decided in
-- their order, on server time, in runs of calls of the same policies and cost.
-- KEYS[1..n] the windows of the first call, then those of the next, and so on: string
-- ARGV[1..] for each run: the cost, where 0 asks about 1 without counting and less than 0 gives back; how many calls; how
-- many windows each; then five for each window: its algorithm's letter, and what the script of that algorithm takes
-- Returns for each key what remains, or -1 less what remains if it refuses; the reset in ms; and, only if it refuses,
-- the time until it would allow the call in ms

-- include _window.lua
-- include _fix.lua
-- include _slide.lua
-- include _pace.lua
-- include _fill.lua
local deciders = { f = fix, s = slide, g = pace, t = fill }
local decide, limit, length, block, extra = {}, {}, {}, {}, {}
local values, blocks, records, oks, states, rest, resets, retries, stays = {}, {}, {}, {}, {}, {}, {}, {}, {}
local reply, size, first, at = {}, 0, 0, 1

local function try(w, cost)
  oks[w], states[w], rest[w], resets[w], retries[w], stays[w] =
    decide[w](values[w], now, cost, limit[w], length[w], extra[w])
end

-- Looks at one window of a call; tells whether it allows the call.
local function look(w, cost)
  local key = KEYS[first + w]
  -- include _read.lua
  values[w], blocks[w], records[w] = value, blocked, record
  if blocked <= now or cost < 0 then
    try(w, cost == 0 and 1 or cost)
  else
    try(w, 0)
    oks[w], rest[w], retries[w] = false, 0, blocked - now
    resets[w] = max(resets[w], retries[w])
  end
  return oks[w]
end

local function settle(w, cost, counts)
  local key, allowed = KEYS[first + w], oks[w]
  if counts and cost ~= 0 then
    write(key, states[w], resets[w], blocks[w], stays[w], records[w])
  elseif allowed then
    try(w, 0)
  elseif cost > 0 and block[w] ~= '0' and blocks[w] <= now then
    local barred = bar(key, values[w], resets[w], block[w], records[w])
    rest[w], resets[w], retries[w] = 0, max(resets[w], barred), max(retries[w], barred)
  end
  local remaining, reset, retry = rest[w], resets[w], retries[w]
  -- include _answer.lua
end

while at <= #ARGV do
  local cost, calls, windows = tonumber(ARGV[at]), tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  at = at + 3
  for w = 1, windows do
    decide[w], limit[w], length[w] = deciders[ARGV[at]], tonumber(ARGV[at + 1]), ARGV[at + 2] * 1000
    block[w], extra[w], at = ARGV[at + 3], tonumber(ARGV[at + 4]), at + 5
  end
  for _ = 1, calls do
    local counts = true
    for w = 1, windows do counts = look(w, cost) and counts end
    for w = 1, windows do settle(w, cost, counts) end
    first = first + windows
  end
end
return reply
