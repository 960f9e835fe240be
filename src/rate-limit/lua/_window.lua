-- What every script that decides calls begins with: the time, and how the windows of subjects are kept.
-- A key holds '<letter><state>' by the algorithm of that letter, behind 'b<until>' while it is blocked. Times are whole
-- microseconds. Parts named `_read` and `_answer` stand where they are used, since calls of functions cost.
local byte, sub, pack, unpack = string.byte, string.sub, struct.pack, struct.unpack
local ceil, floor, max, min = math.ceil, math.floor, math.max, math.min
local WRAP = 4294967296
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

-- Writes a window, to end with its reset or block; one that `stays` ends when it would have ended anyway.
local function write(key, value, reset, blocked, stays)
  if blocked > now then
    value, reset = pack('<c1d', 'b', blocked) .. value, max(reset, blocked - now)
  elseif stays then
    return redis.call('SET', key, value, 'KEEPTTL')
  end
  if reset > 0 then redis.call('PSETEX', key, ceil(reset / 1000), value) else redis.call('DEL', key) end
end

-- Begins a block. What the window has counted is kept only if it counts for longer, so that the key stays small.
local function bar(key, value, reset, block)
  write(key, block < reset and value or '', reset, now + block)
end
