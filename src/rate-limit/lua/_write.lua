-- Writes `state`, to end with its reset or block, or when its offences are forgotten; one that `stays` ends when it would
-- have ended anyway. `window` is `length` in ms as a text, which need not be made again.
local ends = reset
if record then
  state, stays = pack('<c1d', 'e', blocked) .. record .. state, false
  ends = math.max(reset, blocked - now, unpack('<d', record) - now)
elseif blocked > now then
  state, stays, ends = pack('<c1d', 'b', blocked) .. state, false, math.max(reset, blocked - now)
end
if stays then
  call('SET', key, state, 'KEEPTTL')
elseif ends > 0 then
  call('PSETEX', key, ends == length and window or math.ceil(ends / 1000), state)
else
  call('DEL', key)
end
