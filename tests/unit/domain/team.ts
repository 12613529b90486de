/** A team that works on one customer, each on a device of their own, and syncs now and then: what well-behaved authors write. */

import type { Change, Json } from '#domain/change.ts';
import { applyChange, cloneState, createErasures } from '#domain/apply.ts';
import { fieldsOf } from '#domain/catalogue.ts';
import { changeOf, deletionOf, revivalOf } from '#domain/edits.ts';
import type { RecordState } from '#domain/record-state.ts';
import { StampClock, type Stamp } from '#domain/stamp.ts';
import { isAlive, valuesOf } from '#domain/values.ts';
import fc from 'fast-check';
import { customer, devices } from './arbitraries.ts';

const texts = ['Ada', 'Bea', 'Cid', ''];

export type EmailEdit = 'add' | 'change' | 'remove';

export type Step =
  | {
      readonly type: 'edit';
      readonly device: number;
      readonly values: Readonly<Record<string, Json>>;
    }
  | {
      readonly type: 'email';
      readonly device: number;
      readonly edit: EmailEdit;
      readonly text: string;
    }
  | { readonly type: 'delete'; readonly device: number }
  | { readonly type: 'revive'; readonly device: number }
  | { readonly type: 'sync'; readonly device: number; readonly from: number };

const anyDevice = fc.nat(devices.length - 1);

export const anyEdit: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    type: fc.constant('edit' as const),
    device: anyDevice,
    values: fc.record(
      {
        name: fc.constantFrom(...texts),
        company: fc.constantFrom(...texts),
        tags: fc.subarray(['vip', 'new', 'constructor']),
      },
      { requiredKeys: [] },
    ),
  }),
  fc.record({
    type: fc.constant('email' as const),
    device: anyDevice,
    edit: fc.constantFrom<EmailEdit>('add', 'change', 'remove'),
    text: fc.constantFrom('a@example.com', 'b@example.com', 'c@example.com'),
  }),
);

const anySync: fc.Arbitrary<Step> = fc.record({
  type: fc.constant('sync' as const),
  device: anyDevice,
  from: anyDevice,
});

export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: anyEdit },
  { weight: 4, arbitrary: anySync },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constantFrom('delete' as const, 'revive' as const),
      device: anyDevice,
    }),
  },
);

/** One person's device: what has reached it, and the state of that. */
export class Device {
  readonly known = new Set<Change>();
  readonly #clock: StampClock;
  #state: RecordState | undefined;

  constructor(index: number) {
    this.#clock = new StampClock(devices[index]!, { now: () => 1_000 });
  }

  get state(): RecordState | undefined {
    return this.#state;
  }

  nextStamp(): Stamp {
    return this.#clock.next();
  }

  receive(change: Change): void {
    if (this.known.has(change)) return;
    this.known.add(change);
    this.#clock.see(change.stamp);
    const before = this.#state === undefined ? undefined : cloneState(this.#state);
    this.#state = applyChange(before, change, createErasures());
  }

  /** The change that the step makes here, if it makes one. */
  author(step: Step): Change | undefined {
    const { state } = this;
    const stamp = this.nextStamp();
    if (step.type === 'sync') return undefined;
    if (state === undefined) {
      return step.type === 'edit' && step.device === 0 ? this.#edit(step.values, stamp) : undefined;
    }
    if (step.type === 'delete') return isAlive(state) ? deletionOf(state, stamp, 0) : undefined;
    if (step.type === 'revive') return isAlive(state) ? undefined : revivalOf(state, stamp, 0);
    if (!isAlive(state)) return undefined;
    const values =
      step.type === 'edit' ? step.values : { emails: editedEmails(state, step.edit, step.text) };
    const change = this.#edit(values, stamp);
    return Object.keys(change.set ?? {}).length === 0 ? undefined : change;
  }

  #edit(values: Readonly<Record<string, Json>>, stamp: Stamp): Change {
    const { state } = this;
    return changeOf({
      ...(state !== undefined && { state }),
      record: customer,
      kind: 'customer',
      values,
      fields: fieldsOf('customer'),
      stamp,
      at: 0,
    });
  }
}

export interface Authored {
  readonly change: Change;
  /** What the author knew. */
  readonly knew: ReadonlySet<Change>;
}

/** Runs the steps, and in the end brings everything to everybody. */
export function work(steps: readonly Step[]): { team: Device[]; authored: Authored[] } {
  const team = devices.map((_, index) => new Device(index));
  const authored: Authored[] = [];
  for (const step of steps) {
    const device = team[step.device]!;
    if (step.type === 'sync') {
      for (const change of team[step.from]!.known) device.receive(change);
      continue;
    }
    const change = device.author(step);
    if (change === undefined) continue;
    authored.push({ change, knew: new Set(device.known) });
    device.receive(change);
  }
  for (const { change } of authored) for (const device of team) device.receive(change);
  return { team, authored };
}

function editedEmails(state: RecordState, edit: EmailEdit, text: string): Json {
  const emails = (valuesOf(state)['emails'] ?? []) as readonly {
    id: string;
    label: string;
    value: string;
  }[];
  const added = { id: '', label: 'work', value: text };
  if (edit === 'add') return [...emails, added];
  const [first, ...rest] = emails;
  if (edit === 'remove' || first === undefined) return rest;
  return [{ ...first, value: text }, ...rest];
}
