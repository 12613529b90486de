/**
 * `npm run simulate -- --seeds 100 [--from 1]` lives through so many histories. `-- --seed 7` through one, and tells it; with
 * `--keep 0,4,9` through those of its steps. What breaks is told and made shorter.
 */

import { parseArgs } from 'node:util';
import { drawHistory, live, type History } from './history.ts';
import { command, shrink, tell } from './shrinking.ts';

const { values: flags } = parseArgs({
  args: process.argv.slice(3),
  options: {
    seeds: { type: 'string', default: '40' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    keep: { type: 'string' },
  },
});

const SHRINKING_MS = 120_000;

process.exitCode = flags.seed === undefined ? await many() : await one(Number(flags.seed));
// What crashed in a history waits for answers that never come.
process.exit();

async function many(): Promise<number> {
  const from = Number(flags.from);
  const started = performance.now();
  let broken = 0;
  for (let seed = from; seed < from + Number(flags.seeds); seed++) {
    const history = drawHistory(seed);
    const outcome = await live(history);
    if (outcome.broken === null) continue;
    broken += 1;
    process.stdout.write(`Seed ${seed} breaks\n${tell(outcome)}\n`);
    const shrunk = await shrink(history, outcome, SHRINKING_MS);
    const again = command(shrunk.history, history.steps.length);
    process.stdout.write(`Shorter:\n${tell(shrunk.outcome)}\n${again}\n\n`);
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${flags.seeds} histories, ${broken} broke, ${seconds} s\n`);
  return broken === 0 ? 0 : 1;
}

async function one(seed: number): Promise<number> {
  const outcome = await live(kept(drawHistory(seed)));
  process.stdout.write(`${tell(outcome)}\n`);
  return outcome.broken === null ? 0 : 1;
}

function kept(history: History): History {
  if (flags.keep === undefined) return history;
  const numbers = new Set(flags.keep.split(',').map(Number));
  return { ...history, steps: history.steps.filter(({ n }) => numbers.has(n)) };
}
