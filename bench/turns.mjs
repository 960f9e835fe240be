// What every benchmark of this directory needs: contenders that take turns, and medians of their rounds.

/** Returns the value in the middle. */
export function median(values) {
  return quantile(values, 0.5);
}

/** Returns the value below which that share of the others lies. */
export function quantile(values, share) {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
}

/** Calls for a turn, so many at a time, each with a number of its own; answers calls a second. */
async function turn(call, { inFlight, turnMs }) {
  const start = performance.now();
  let calls = 0;
  const caller = async (_, lane) => {
    while (performance.now() - start < turnMs) {
      await call(lane);
      calls++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, caller));
  return (calls / (performance.now() - start)) * 1_000;
}

/**
 * Lets all contenders take turns, the first being what the others are compared with; prints calls a second, and the
 * median of the ratios of each round.
 */
export async function compareRates(title, contenders, { rounds, turnMs, inFlight }) {
  const names = Object.keys(contenders);
  const rates = Object.fromEntries(names.map((name) => [name, []]));
  for (const name of names) await turn(contenders[name], { inFlight, turnMs }); // warms up
  for (let round = 0; round < rounds; round++)
    for (const name of names) rates[name].push(await turn(contenders[name], { inFlight, turnMs }));
  const base = rates[names[0]];
  console.log(`\n${title}: calls a second, and ratio to the first; medians of ${rounds} rounds`);
  for (const name of names) {
    const ratio = median(rates[name].map((rate, i) => rate / base[i]));
    const rate = Math.round(median(rates[name]));
    console.log(`  ${name.padEnd(34)} ${rate.toString().padStart(9)}  ${ratio.toFixed(2)}`);
  }
}

/** Prints one figure beside its goal. */
export function report(what, value, goal) {
  console.log(`  ${what.padEnd(58)} ${value.padStart(12)}   ${goal}`);
}
