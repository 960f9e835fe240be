-- Decides calls by the generic cell rate algorithm.
-- Each call is decided on its own, in their order, on server time, in runs of calls of one policy and cost.
-- KEYS[1..n] the windows of subjects, one for each call: string
-- ARGV[1..] six for each run: the cost, where 0 asks about 1 without counting and less than 0 gives back; how many calls;
-- the limit; the window in ms; after an excess the block in ms, 0 for none, or a list as `bar` takes it;
-- and how many may come early
-- Returns for each call what remains, or -1 less what remains if it is refused; the reset in ms; and, only if it is
-- refused, the time until it would be allowed in ms

-- include _window.lua
-- include _pace.lua
local decide = pace
-- include _single.lua
