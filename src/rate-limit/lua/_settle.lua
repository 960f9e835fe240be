-- Writes what has become of a window, if the call `counts`, and answers.
if isBlocked then
  allowed, remaining, retry = false, 0, blocked - now
  reset = math.max(reset, retry)
elseif allowed then
  if counts then
    -- include _write.lua
  end
elseif block ~= '0' and cost > 0 then
  -- include _bar.lua
  -- include _write.lua
end
-- include _answer.lua
