/** Shrinking: a history that breaks, made as short as it can be and break all the same. */

import { live, type History, type Outcome } from './history.ts';

export interface Shrunk {
  readonly history: History;
  readonly outcome: Outcome;
}

/** Leaves out runs of steps, long ones first, as long as what is left still breaks. Gives up on time. */
export async function shrink(history: History, outcome: Outcome, forMs: number): Promise<Shrunk> {
  const until = performance.now() + forMs;
  let shrunk: Shrunk = { history, outcome };
  for (let length = Math.ceil(history.steps.length / 2); length >= 1; length = halved(length)) {
    for (let from = 0; from < shrunk.history.steps.length;) {
      if (performance.now() > until) return shrunk;
      const steps = shrunk.history.steps.toSpliced(from, length);
      const shorter = { ...history, steps };
      const lived = await live(shorter);
      if (lived.broken === null) from += length;
      else shrunk = { history: shorter, outcome: lived };
    }
    if (length === 1) break;
  }
  return shrunk;
}

function halved(length: number): number {
  return Math.ceil(length / 2);
}

/** How to live through it again. */
export function command({ seed, steps }: History, drawn: number): string {
  const kept = steps.length === drawn ? '' : ` --keep ${steps.map(({ n }) => n).join()}`;
  return `npm run simulate -- --seed ${seed}${kept}`;
}

export function tell({ broken, trace }: Outcome): string {
  return [...trace.map((line) => `  ${line}`), broken ?? 'Nothing broke.'].join('\n');
}
