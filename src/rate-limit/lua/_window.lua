-- What every script that decides calls begins with: the time, and how the windows of subjects are kept.
-- A key holds '<letter><state>' by the algorithm of that letter, behind 'b<until>' while it is blocked. Times are whole
-- microseconds. What is no string, or not ours, counts as nothing and is written over.
local byte, sub, pack, unpack = string.byte, string.sub, struct.pack, struct.unpack
local ceil, floor, max, min = math.ceil, math.floor, math.max, math.min
local WRAP = 4294967296
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

local function read(key)
  local value = redis.pcall('GET', key)
  if type(value) ~= 'string' then return '', 0 end
  if byte(value) ~= 98 then return value, 0 end
  return sub(value, 10), unpack('<d', value, 2)
end

local function write(key, value, reset, blocked)
  if blocked > now then
    value, reset = pack('<c1d', 'b', blocked) .. value, max(reset, blocked - now)
  end
  if reset > 0 then redis.call('PSETEX', key, ceil(reset / 1000), value) else redis.call('DEL', key) end
end

-- Begins a block. What the window has counted is kept only if it counts for longer, so that the key stays small.
local function bar(key, value, reset, block)
  write(key, block < reset and value or '', reset, now + block)
end
