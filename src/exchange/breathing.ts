/** Long work in the worker lets messages in between, so that a cancel is heard. */

/** Ms of work between two pauses. */
const BREATH_MS = 40;

let last = 0;

/** Waits for a turn of the event loop, where the last one is long enough ago. */
export async function breathe(): Promise<void> {
  if (performance.now() - last < BREATH_MS) return;
  await new Promise((resolve) => setTimeout(resolve, 0));
  last = performance.now();
}
