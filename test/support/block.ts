/** Lets nothing else happen in this thread, as a long computation does. */
export function block(ms: number): void {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
}
