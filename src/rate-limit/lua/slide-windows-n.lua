-- Decides calls by the sliding window, with or without cells.
-- Each call is decided on its own, in their order, on server time, in runs of calls of one policy and cost.
-- KEYS[1..n] the windows of subjects, one for each call: string
-- ARGV[1..] six for each run: the limit; the window in ms; the length of a cell in µs, 0 for none;
-- after an excess the block in ms, 0 for none, or a list as `_bar.lua` takes it; the cost, where 0 asks about 1 without
-- counting and less than 0 gives back; how many calls. The last run may end before what is 0, 0, 1, and all that are left
-- Returns in one text for each call what remains, or -1 less what remains if it is refused; the reset in ms; and, only if
-- it is refused, the time until it would be allowed in ms, as _answer.lua packs them

-- include _window.lua
local floor, max, min, sub = math.floor, math.max, math.min, string.sub
-- include _seek.lua
local reply, size, first, at = {}, 0, 1, 1
repeat
  -- include _run.lua
  for i = first, last do
    local key = KEYS[i]
    -- include _read.lua
    -- include _ask.lua
    -- include _slide.lua
    -- include _settle.lua
  end
  first = last + 1
until first > #KEYS
return table.concat(reply)
