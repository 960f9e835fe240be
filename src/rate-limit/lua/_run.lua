-- Begins a run of calls that are alike: the policy's window, the cost, and the last of its keys.
local limit, window, extra = tonumber(ARGV[at]), ARGV[at + 1], tonumber(ARGV[at + 2] or 0)
local block, cost = ARGV[at + 3] or '0', tonumber(ARGV[at + 4] or 1)
local length, counts, last = window * 1000, cost ~= 0, ARGV[at + 5] and first + ARGV[at + 5] - 1 or #KEYS
at = at + 6
