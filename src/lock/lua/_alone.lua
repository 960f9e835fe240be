-- Runs `work` for one of `count` claims: what fails it, such as a key of another kind, does not fail the others.
local function alone(work, i)
  if count == 1 then return work(i) end
  local is_done, a, b, c = pcall(work, i)
  if not is_done then return -9, 0, 0 end
  return a, b, c
end
