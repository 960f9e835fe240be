-- What every script that decides calls begins with: the time, and how the windows of subjects are kept.
-- A key holds '<letter><state>' by the algorithm of that letter, behind 'b<until>' while it is blocked, or, where offences
-- are counted, behind 'e<until><record>' for as long as they are: until when, and how many. Times are whole microseconds.
-- The other parts stand where they are used, since to make and to call functions costs.
local call, pcall, type, tonumber = redis.call, redis.pcall, type, tonumber
local byte, sub, pack, unpack = string.byte, string.sub, struct.pack, struct.unpack
local ceil, floor, max, min = math.ceil, math.floor, math.max, math.min
local WRAP = 4294967296
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
