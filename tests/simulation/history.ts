/** One history: drawn from its seed, lived through, and judged. */

import { inspect } from 'node:util';
import { inRun } from '#domain/edits.ts';
import { must, NEVER } from '../unit/vault/fixture.ts';
import { factsIn } from './facts.ts';
import { checkDevice, judge } from './judgement.ts';
import { Random } from './random.ts';
import { take, type Step, type StepType } from './steps.ts';
import { CLEAR, ROUGH } from './store-line.ts';
import { Broken, World } from './world.ts';

export interface History {
  readonly seed: number;
  readonly steps: readonly Step[];
}

export interface Outcome {
  /** What must never happen, and did. */
  readonly broken: string | null;
  /** What happened, a line a step. */
  readonly trace: readonly string[];
}

const STEPS = { least: 20, most: 50 };

const WEIGHTS: Readonly<Record<Exclude<StepType, 'clone' | 'restore'>, number>> = {
  edit: 22,
  round: 30,
  editAndRound: 5,
  together: 9,
  roll: 3,
  remove: 3,
  undo: 3,
  import: 2,
  settle: 3,
  erase: 2,
  lock: 2,
  invite: 4,
  role: 2,
  revoke: 2,
  takeOver: 2,
  credentials: 1,
  kit: 1,
  reconnect: 1,
  wait: 4,
  clock: 3,
  away: 2,
  arrive: 3,
};

export function drawHistory(seed: number): History {
  const random = new Random(seed);
  const weights = { ...WEIGHTS };
  const flavour = random.weighted({
    ...{ plain: 6, cloned: 2, restored: 2, erasing: 1, crowded: 2, governed: 2 },
  });
  if (flavour === 'governed') {
    Object.assign(weights, { role: 6, revoke: 3, takeOver: 9, together: 20 });
  }
  if (flavour === 'erasing') weights.erase = 10;
  if (flavour === 'crowded') weights.together = 30;
  const roughness = random.pick([0, 0.3, 0.6]) ?? 0;
  const steps: Step[] = [];
  const draw = (type: StepType) => {
    steps.push({ n: steps.length, type, seed: random.seed(), isRough: random.chance(roughness) });
  };
  for (let count = random.between(1, 3); count > 0; count--) draw('edit');
  for (let count = random.between(1, 3); count > 0; count--) draw('invite');
  const count = random.between(STEPS.least, STEPS.most);
  const turn = random.below(count);
  for (let n = 0; n < count; n++) {
    const isTurn = n === turn || random.chance(0.01);
    if (flavour === 'cloned' && isTurn) draw('clone');
    else if (flavour === 'restored' && isTurn) draw('restore');
    else draw(random.weighted(weights));
  }
  return { seed, steps };
}

export async function live({ seed, steps }: History): Promise<Outcome> {
  const world = new World(seed);
  try {
    await begin(world, seed);
    for (const step of steps) {
      world.trace.push(`${step.n} ${step.type}${step.isRough ? '~' : ''}`);
      const outcome = await take(world, step);
      world.trace.push(`${world.trace.pop() ?? ''}: ${outcome}`);
      for (const device of world.open) checkDevice(world, device);
    }
    await judge(world, seed);
    return { broken: null, trace: world.trace };
  } catch (error) {
    return { broken: error instanceof Broken ? error.message : inspect(error), trace: world.trace };
  } finally {
    for (const device of world.devices) device.life.end();
  }
}

/** The first device makes the workspace, says something, and connects the store, however often that takes. */
async function begin(world: World, seed: number): Promise<void> {
  const random = new Random(seed);
  const first = world.addDevice();
  const work = async () => {
    await first.found();
    const { vault } = first.session;
    const saved = must(await vault.save([{ kind: 'customer', values: { name: 'Ada' } }]));
    for await (const dossier of vault.dossiers(NEVER)) {
      for (const state of must(dossier)) {
        world.facts.push(...factsIn(first, state, inRun(saved.undo)));
      }
    }
    world.weather = random.chance(0.3) ? ROUGH : CLEAR;
    for (let tries = 0; tries < 30; tries++) {
      world.seed = random.seed();
      if ((await first.connect()).ok) return;
    }
    throw new Broken('The store can not be connected');
  };
  await world.act([{ device: first, work }]);
}
