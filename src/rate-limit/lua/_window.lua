-- What every script that decides calls begins with: the time, and how the windows of subjects are kept.
-- A key holds '<letter><state>' by the algorithm of that letter, behind 'b<until>' while it is blocked, or, where offences
-- are counted, behind 'e<until><record>' for as long as they are: until when, and how many. Times are whole microseconds.
-- The other parts stand where they are used, since to make and to call functions costs; so does to find them, so only
-- those have a local name that most calls need.
local call, pcall, type = redis.call, redis.pcall, type
local byte, pack, unpack = string.byte, struct.pack, struct.unpack
local WRAP = 4294967296
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
