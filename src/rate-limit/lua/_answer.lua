-- Adds to the reply what a window says: what remains if it allows, else -1 less what remains, in 4 bytes; then the reset in
-- ms in 6; and, if it refuses, the time until the same call would be allowed in ms in 6. Packing cuts off fractions. One
-- text is made and read faster than an array of numbers.
if remaining < 0 then remaining = 0 end
size = size + 1
if allowed then
  reply[size] = pack('<i4I6', remaining, (reset + 999) / 1000)
else
  reply[size] = pack('<i4I6I6', -1 - remaining, (reset + 999) / 1000, (retry + 999) / 1000)
end
