-- What every script that decides calls begins with: the time, and how the windows of subjects are kept.
-- A key holds '<letter><state>' by the algorithm of that letter, behind 'b<until>' while it is blocked, or, where offences
-- are counted, behind 'e<until><record>' for as long as they are: until when, and how many. Times are whole microseconds. Parts named `_read` and `_answer` stand where they are used, since calls of functions cost.
local byte, sub, pack, unpack = string.byte, string.sub, struct.pack, struct.unpack
local ceil, floor, max, min = math.ceil, math.floor, math.max, math.min
local WRAP = 4294967296
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

-- Writes a window, to end with its reset or block, or when its offences are forgotten; one that `stays` ends when it
-- would have ended anyway.
local function write(key, value, reset, blocked, stays, record)
  if record then
    value, reset = pack('<c1d', 'e', blocked) .. record .. value, max(reset, blocked - now, unpack('<d', record) - now)
  elseif blocked > now then
    value, reset = pack('<c1d', 'b', blocked) .. value, max(reset, blocked - now)
  elseif stays then
    return redis.call('SET', key, value, 'KEEPTTL')
  end
  if reset > 0 then redis.call('PSETEX', key, ceil(reset / 1000), value) else redis.call('DEL', key) end
end

-- Begins a block of so many ms, or, of a list of them, that of this offence; behind the list stands for how long after a
-- block offences are remembered. What the window has counted is kept only if it counts for longer, so that the key stays
-- small. Returns how long the block is.
local function bar(key, value, reset, block, record)
  local length = tonumber(block)
  if not length then
    local steps = {}
    for step in string.gmatch(block, '%d+') do steps[#steps + 1] = tonumber(step) end
    local count = min((record and byte(record, 9) or 0) + 1, #steps - 1)
    length = steps[count]
    record = pack('<dB', now + (length + steps[#steps]) * 1000, count)
  end
  length = length * 1000
  write(key, length < reset and value or '', reset, now + length, false, record)
  return length
end
