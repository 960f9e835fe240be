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
-- include _answer.lua
local deciders = { f = fix, s = slide, g = pace, t = fill }
local decide, limit, length, block, extra = {}, {}, {}, {}, {}
local value, blocked, ok, state, remaining, reset, retry = {}, {}, {}, {}, {}, {}, {}
local windows, first, at = 0, 0, 1

local function try(w, cost)
  ok[w], state[w], remaining[w], reset[w], retry[w] =
    decide[w](value[w], now, cost, limit[w], length[w], extra[w])
end

-- Looks at one window of a call; tells whether it allows the call.
local function look(w, cost)
  value[w], blocked[w] = read(KEYS[first + w])
  if blocked[w] <= now or cost < 0 then
    try(w, cost == 0 and 1 or cost)
  else
    try(w, 0)
    ok[w], remaining[w], retry[w] = false, 0, blocked[w] - now
    reset[w] = max(reset[w], retry[w])
  end
  return ok[w]
end

local function settle(w, cost, allowed)
  local key, refuses = KEYS[first + w], not ok[w]
  if allowed and cost ~= 0 then
    write(key, state[w], reset[w], blocked[w])
  elseif not refuses then
    try(w, 0)
  elseif cost > 0 and block[w] > 0 and blocked[w] <= now then
    bar(key, value[w], reset[w], block[w])
    remaining[w], reset[w], retry[w] = 0, max(reset[w], block[w]), max(retry[w], block[w])
  end
  answer(not refuses, remaining[w], reset[w], retry[w])
end

while at <= #ARGV do
  local cost, calls = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
  windows, at = tonumber(ARGV[at + 2]), at + 3
  for w = 1, windows do
    decide[w], limit[w], length[w] = deciders[ARGV[at]], tonumber(ARGV[at + 1]), ARGV[at + 2] * 1000
    block[w], extra[w], at = ARGV[at + 3] * 1000, tonumber(ARGV[at + 4]), at + 5
  end
  for _ = 1, calls do
    local allowed = true
    for w = 1, windows do allowed = look(w, cost) and allowed end
    for w = 1, windows do settle(w, cost, allowed) end
    first = first + windows
  end
end
return reply
