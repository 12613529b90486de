/** Histories as tests: `npm test` lives through 40 of them, `npm run test:deep` through 320. */

import { expect, it } from 'vitest';
import { drawHistory, live } from './history.ts';
import { command, shrink, tell } from './shrinking.ts';

const HISTORIES = process.env['SLOW'] ? 320 : 20;
const SHRINKING_MS = 60_000;
const LIVING_MS = 60_000;

/** Every so manyth of them, so that two files share the work. */
export function liveThrough(first: number, every: number): void {
  for (let seed = first; seed <= HISTORIES; seed += every) {
    it(
      `keeps all that is promised in history ${seed}`,
      async () => {
        const history = drawHistory(seed);
        const outcome = await live(history);
        if (outcome.broken === null) return;
        const shrunk = await shrink(history, outcome, SHRINKING_MS);
        const again = command(shrunk.history, history.steps.length);
        expect.fail(`${tell(outcome)}\n\nShorter:\n${tell(shrunk.outcome)}\n${again}`);
      },
      LIVING_MS + 2 * SHRINKING_MS,
    );
  }
}
