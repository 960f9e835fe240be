-- Begins a run of calls that are alike: the policy's window, the cost, and the last of its keys.
local limit, window, extra = ARGV[at] + 0, ARGV[at + 1], (ARGV[at + 2] or 0) + 0
local block, cost = ARGV[at + 3] or '0', (ARGV[at + 4] or 1) + 0
local length, counts, last = window * 1000, cost ~= 0, ARGV[at + 5] and first + ARGV[at + 5] - 1 or #KEYS
at = at + 6
