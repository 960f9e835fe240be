-- Decides calls of several windows each: all of them allow a call and count it, or none counts it. Calls are decided in
-- their order, on server time, in runs of calls of the same policies and cost.
-- KEYS[1..n] the windows of the first call, then those of the next, and so on: string
-- ARGV[1..] for each run: how many windows each; then five for each window: its algorithm's letter, and what the script of
-- that algorithm takes; the cost, where 0 asks about 1 without counting and less than 0 gives back; how many calls. The
-- last run may end before a cost of 1, and before all calls that are left
-- Returns in one text for each key what remains, or -1 less what remains if it refuses; the reset in ms; and, only if it
-- refuses, the time until it would allow the call in ms, as _answer.lua packs them

-- include _window.lua
local ceil, floor, max, min, sub = math.ceil, math.floor, math.max, math.min, string.sub
-- include _seek.lua
local function fix(letter, value, asked, counted, limit, length)
  -- include _fix.lua
  return allowed, state, remaining, reset, retry, stays
end
local function slide(letter, value, asked, counted, limit, length, extra)
  -- include _slide.lua
  return allowed, state, remaining, reset, retry, stays
end
local function pace(letter, value, asked, counted, limit, length, extra)
  -- include _pace.lua
  return allowed, state, remaining, reset, retry, stays
end
local function fill(letter, value, asked, counted, limit, length, extra)
  -- include _fill.lua
  return allowed, state, remaining, reset, retry, stays
end
local deciders = { f = fix, s = slide, g = pace, t = fill }
local decide, limits, windows, extras, blocks = {}, {}, {}, {}, {}
local letters, values, ends, records = {}, {}, {}, {}
local oks, states, rest, resets, retries, staying = {}, {}, {}, {}, {}, {}
local reply, size, first, at = {}, 0, 0, 1

repeat
  local width = tonumber(ARGV[at])
  for w = 1, width do
    decide[w], limits[w], windows[w] = deciders[ARGV[at + 1]], tonumber(ARGV[at + 2]), ARGV[at + 3]
    extras[w], blocks[w], at = tonumber(ARGV[at + 4]), ARGV[at + 5], at + 5
  end
  local cost, calls = tonumber(ARGV[at + 1] or 1), tonumber(ARGV[at + 2] or (#KEYS - first) / width)
  at = at + 3
  for _ = 1, calls do
    local counts = cost ~= 0
    for w = 1, width do
      local key = KEYS[first + w]
      -- include _read.lua
      -- include _ask.lua
      letters[w], values[w], ends[w], records[w] = letter, value, blocked, record
      oks[w], states[w], rest[w], resets[w], retries[w], staying[w] =
        decide[w](letter, value, asked, counted, limits[w], windows[w] * 1000, extras[w])
      counts = counts and oks[w] and not isBlocked
    end
    for w = 1, width do
      local key, window, block, blocked, record = KEYS[first + w], windows[w], blocks[w], ends[w], records[w]
      local length, isBlocked = window * 1000, blocked > now and cost >= 0
      local allowed, state, remaining, reset, retry, stays = oks[w], states[w], rest[w], resets[w], retries[w], staying[w]
      if allowed and not counts then
        allowed, state, remaining, reset = decide[w](letters[w], values[w], 0, 0, limits[w], length, extras[w])
      end
      -- include _settle.lua
    end
    first = first + width
  end
until first == #KEYS
return table.concat(reply)
