/** The steps that a history is made of: what people do to their devices, and what happens to them. */

import { createRecordId, type DeviceId, type RecordId } from '#base/ids.ts';
import { assert } from '#base/result.ts';
import type { Change, Erasure } from '#domain/change.ts';
import { inRun } from '#domain/edits.ts';
import { WORKSPACE_DOSSIER, type RecordState } from '#domain/record-state.ts';
import type { Stamp } from '#domain/stamp.ts';
import { elementsOf, isAlive } from '#domain/values.ts';
import type { Role } from '#sync/messages.ts';
import type { BulkEdit, Edit, UndoToken } from '#vault/vault.ts';
import { NEVER, PASSPHRASE } from '../unit/vault/fixture.ts';
import type { Device } from './device.ts';
import { factsIn } from './facts.ts';
import { Random } from './random.ts';
import { CUT_OFF, FAIR, ROUGH, CLEAR, type Weather } from './store-line.ts';
import { DAY, HOUR, MINUTE, SECOND, type World } from './world.ts';

export type StepType =
  | 'edit'
  | 'round'
  | 'editAndRound'
  | 'together'
  | 'roll'
  | 'remove'
  | 'undo'
  | 'import'
  | 'settle'
  | 'erase'
  | 'lock'
  | 'invite'
  | 'role'
  | 'revoke'
  | 'takeOver'
  | 'credentials'
  | 'kit'
  | 'reconnect'
  | 'wait'
  | 'clock'
  | 'away'
  | 'arrive'
  | 'clone'
  | 'restore';

/** Everything else is drawn from the seed when the step is taken: a history without some of its steps is a history too. */
export interface Step {
  /** Its place in the history as it was drawn. */
  readonly n: number;
  readonly type: StepType;
  readonly seed: number;
  /** Something may go wrong meanwhile. */
  readonly isRough: boolean;
}

const CRASH_CHANCE = 0.12;
const MOST_AWAITS = 90;

/** Takes a step. Tells, in a few words, how it went. */
export async function take(world: World, step: Step): Promise<string> {
  const random = new Random(step.seed);
  world.seed = step.seed;
  world.now += random.chance(0.6) ? random.between(1, 20) * SECOND : random.between(1, 90) * MINUTE;
  world.weather = weatherFor(step, random);
  // Who appends to a log that was cut short makes another one of it: whoever put the store back must fill it first.
  if (world.isRestored && MEMBERSHIP.has(step.type)) return 'nobody may';
  switch (step.type) {
    case 'wait':
      return wait(world, random);
    case 'clock':
      return turnClock(world, random);
    case 'away':
      return sendAway(world, random);
    case 'arrive':
      return `${world.store.arrive((count) => random.below(count))} arrived late`;
    case 'clone':
      return clone(world, random);
    case 'restore':
      return restore(world, random);
    case 'invite':
      return invite(world, random);
    case 'together':
      return together(world, random);
    default:
      return alone(world, step, random);
  }
}

function weatherFor({ isRough }: Step, random: Random): Weather {
  if (!isRough) return random.chance(0.3) ? FAIR : CLEAR;
  return random.weighted({ rough: 8, cutOff: 1 }) === 'rough' ? ROUGH : CUT_OFF;
}

const MEMBERSHIP: ReadonlySet<StepType> = new Set<StepType>([
  'invite',
  'role',
  'revoke',
  'credentials',
  'kit',
]);

type DeviceStep = Exclude<
  StepType,
  'wait' | 'clock' | 'away' | 'arrive' | 'clone' | 'restore' | 'invite' | 'together'
>;

const works: Readonly<
  Record<DeviceStep, (world: World, device: Device, random: Random) => Promise<string>>
> = {
  edit,
  round,
  editAndRound: async (world, device, random) =>
    (await Promise.all([edit(world, device, random), device.round(random.chance(0.5))])).join(
      ' & ',
    ),
  roll: async (_world, device, random) => {
    if (random.chance(0.5)) {
      const [rolled, end] = await Promise.all([
        device.session.vault.roll(),
        device.round(random.chance(0.5)),
      ]);
      return `${rolled.ok ? 'rolled' : rolled.error.type} & round: ${end}`;
    }
    const rolled = await device.session.vault.roll();
    return rolled.ok ? 'rolled' : rolled.error.type;
  },
  remove,
  undo,
  import: importRows,
  settle,
  erase,
  lock: async (_world, device) => {
    await device.lock();
    return (await device.open()) ? 'opened again' : 'is empty';
  },
  role: changeRole,
  revoke,
  takeOver,
  credentials: async (_world, device, random) => {
    const keys = { accessKey: `key ${random.below(1000)}`, secretKey: 'secret' };
    const replaced = await device.sync.replaceCredentials(keys);
    return `new keys for the store: ${replaced.ok ? 'ok' : replaced.error.type}`;
  },
  kit: async (_world, device) => {
    const { session, sync } = device;
    const made = await session.newRecoveryKit(PASSPHRASE, (recovery) =>
      sync.appendRecovery(recovery),
    );
    return `a new recovery kit: ${made.ok ? 'ok' : made.error.type}`;
  },
  reconnect,
};

async function alone(world: World, step: Step, random: Random): Promise<string> {
  const device = await someDevice(world, random, step.type === 'takeOver' ? isToLook : undefined);
  if (device === null) return 'nobody is there';
  return act(world, device, random, step.isRough, () =>
    works[step.type as DeviceStep](world, device, random),
  );
}

/** An admin who sees that something was held back. */
function isToLook(device: Device): boolean {
  return device.isOpen && device.session.role === 'admin' && device.sync.status.heldBack > 0;
}

async function act(
  world: World,
  device: Device,
  random: Random,
  mayCrash: boolean,
  work: () => Promise<string>,
): Promise<string> {
  let outcome = '';
  const crashAfter = mayCrash && random.chance(CRASH_CHANCE) ? random.below(MOST_AWAITS) : null;
  const crashed = await world.act([
    {
      device,
      crashAfter,
      work: async () => {
        if (!device.isOpen && !(await device.open())) outcome = 'is empty';
        else outcome = await work();
      },
    },
  ]);
  const how = crashed.length > 0 ? `crashed after ${crashAfter ?? 0} awaits` : outcome;
  return `${device.name} ${how}`;
}

/** One that is switched on. */
async function someDevice(
  world: World,
  random: Random,
  isFit: (device: Device) => boolean = () => true,
): Promise<Device | null> {
  const there = world.devices.filter(
    (device) => !device.isGone && device.awayUntil <= world.now && isFit(device),
  );
  return random.pick(there) ?? null;
}

// ---- Syncing --------------------------------------------------------------------------------------------------------

async function round(_world: World, device: Device, random: Random): Promise<string> {
  const whole = random.chance(0.5);
  return `${whole ? 'whole ' : ''}round: ${await device.round(whole)}`;
}

/** Several at once; between their requests the others go on. */
async function together(world: World, random: Random): Promise<string> {
  const there = world.devices.filter(
    ({ isOpen, isGone, awayUntil }) => isOpen && !isGone && awayUntil <= world.now,
  );
  const count = Math.min(there.length, random.between(2, 4));
  const chosen: Device[] = [];
  while (chosen.length < count) {
    const device = random.pick(there.filter((each) => !chosen.includes(each)));
    if (device !== undefined) chosen.push(device);
  }
  const outcomes = new Map<Device, string>();
  const acts = chosen.map((device) => {
    const own = new Random(random.seed());
    const governing = world.isRestored ? 0 : 0.4;
    const type = own.weighted({
      ...{ round: 6, editAndRound: 3, settle: 1, role: governing, revoke: governing },
    });
    const crashAfter = own.chance(CRASH_CHANCE / 2) ? own.below(MOST_AWAITS) : null;
    return {
      device,
      crashAfter,
      work: async () => {
        outcomes.set(device, await works[type](world, device, own));
      },
    };
  });
  const crashed = await world.act(acts, random);
  return chosen
    .map(
      (each) => `${each.name} ${crashed.includes(each) ? 'crashed' : (outcomes.get(each) ?? '')}`,
    )
    .join(', ');
}

// ---- Editing --------------------------------------------------------------------------------------------------------

/** Something that hardly anybody has said before. */
function words(random: Random): string {
  const word = random.pick(['kelp', 'harbour', 'tide', 'gull', 'anchor']) ?? '';
  return `${word} ${random.below(1_000_000)}`;
}

const TAGS = ['north', 'south', 'late', 'paid', 'new'] as const;

/** Says a few things, each for itself. */
export async function edit(world: World, device: Device, random: Random): Promise<string> {
  const told: string[] = [];
  for (let count = random.between(1, 3); count > 0; count--) {
    const edits = await drawEdits(device, random);
    const saved = await device.session.vault.save(edits);
    if (!saved.ok) {
      told.push(saved.error.type);
      continue;
    }
    const { undo, records } = saved.value;
    await note(world, device, undo, ownersOf(edits, records));
    device.undo.push(undo);
    told.push(
      edits.map(({ kind, values }) => `${kind}.${Object.keys(values).join('+')}`).join(' '),
    );
  }
  return told.join('; ');
}

function ownersOf(edits: readonly Edit[], records: readonly RecordId[]): readonly RecordId[] {
  return edits.map(({ customer }, index) => customer ?? records[index] ?? WORKSPACE_DOSSIER);
}

async function drawEdits(device: Device, random: Random): Promise<readonly Edit[]> {
  const customer = await someCustomer(device, random);
  if (customer === null || random.chance(0.15)) {
    const values = { name: words(random), tags: [random.pick(TAGS) ?? 'new'] };
    return [{ kind: 'customer', values }];
  }
  const type = random.weighted({ field: 6, tags: 3, phones: 2, visit: 2, belonging: 3, two: 1 });
  switch (type) {
    case 'field': {
      const field = random.pick(['name', 'company', 'notes']) ?? 'name';
      return [{ kind: 'customer', record: customer.id, values: { [field]: words(random) } }];
    }
    case 'tags': {
      const tags = TAGS.filter(() => random.chance(0.4));
      return [{ kind: 'customer', record: customer.id, values: { tags } }];
    }
    case 'phones': {
      const phones = [
        ...elementsOf(customer, 'phones').filter(() => random.chance(0.7)),
        ...(random.chance(0.7) ? [{ id: '', label: '', value: words(random) }] : []),
      ];
      return [{ kind: 'customer', record: customer.id, values: { phones } }];
    }
    case 'visit':
      return [visitOf(customer.id, random)];
    case 'two':
      return [visitOf(customer.id, random), { kind: 'customer', values: { name: words(random) } }];
    case 'belonging': {
      const belonging = await someBelonging(device, customer.id, random);
      if (belonging === null) return [visitOf(customer.id, random)];
      return [
        {
          kind: belonging.kind,
          record: belonging.id,
          customer: customer.id,
          values: { notes: words(random) },
        },
      ];
    }
  }
}

function visitOf(customer: RecordId, random: Random): Edit {
  return {
    kind: 'interaction',
    customer,
    values: { type: 'visit', when: '2026-11-23T09:00', notes: words(random) },
  };
}

async function someCustomer(device: Device, random: Random): Promise<RecordState | null> {
  const { vault } = device.session;
  // The first few are everybody's, so that people meet.
  const ids = vault.select({ text: '', sort: 'name' }).slice(0, 8);
  const id = random.pick(ids);
  if (id === undefined) return null;
  const dossier = await vault.openDossier(id);
  return dossier.ok ? (dossier.value.get(id) ?? null) : null;
}

async function someBelonging(
  device: Device,
  customer: RecordId,
  random: Random,
): Promise<RecordState | null> {
  const dossier = await device.session.vault.openDossier(customer);
  const states = dossier.ok ? [...dossier.value.values()] : [];
  return random.pick(states.filter((each) => each.id !== customer && isAlive(each))) ?? null;
}

/** What was acknowledged, as it stands there now. */
async function note(
  world: World,
  device: Device,
  run: Pick<UndoToken, 'from' | 'to'>,
  owners: Iterable<RecordId>,
): Promise<void> {
  const isOurs = inRun(run);
  const { vault } = device.session;
  for (const owner of new Set(owners)) {
    const dossier =
      owner === WORKSPACE_DOSSIER ? vault.workspace : valueOf(await vault.openDossier(owner));
    for (const state of dossier?.values() ?? []) {
      world.facts.push(...factsIn(device, state, isOurs));
    }
  }
}

function valueOf<T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false }) {
  return result.ok ? result.value : undefined;
}

async function remove(world: World, device: Device, random: Random): Promise<string> {
  const customer = await someCustomer(device, random);
  if (customer === null) return 'has nothing to delete';
  const belonging = random.chance(0.5) ? await someBelonging(device, customer.id, random) : null;
  const place =
    belonging === null ? { record: customer.id } : { record: belonging.id, customer: customer.id };
  const removed = await device.session.vault.remove([place]);
  if (!removed.ok) return removed.error.type;
  await note(world, device, removed.value.undo, [customer.id]);
  device.undo.push(removed.value.undo);
  return `deleted a ${belonging?.kind ?? 'customer'}`;
}

async function undo(world: World, device: Device, random: Random): Promise<string> {
  const token = random.pick(device.undo);
  if (token === undefined) return 'has nothing to undo';
  const undone = await device.session.vault.undo(token, { signal: NEVER });
  if (!undone.ok) return `undo: ${undone.error.type}`;
  await note(world, device, undone.value.undo, token.customers ?? []);
  return token.customers === undefined ? 'undid an import' : 'undid a step';
}

async function importRows(world: World, device: Device, random: Random): Promise<string> {
  const rows = random.weighted({ some: 8, many: 1 }) === 'some' ? random.between(2, 40) : 400;
  const known = device.session.vault.select({ text: '', sort: 'name' }).slice(0, 8);
  const edits: BulkEdit[] = Array.from({ length: rows }, () => {
    const record = random.chance(0.1) ? random.pick(known) : undefined;
    return {
      kind: 'customer',
      ...(record !== undefined && { record }),
      values: { name: words(random), company: 'Import', tags: [random.pick(TAGS) ?? 'new'] },
    };
  });
  async function* batches() {
    yield edits;
  }
  const done = await device.session.vault.bulk(batches(), { signal: NEVER });
  if (!done.ok) return `import: ${done.error.type}`;
  const { undo: token, created } = done.value;
  const isOurs = inRun(token);
  let found = 0;
  for await (const dossier of device.session.vault.dossiers(NEVER)) {
    for (const state of dossier.ok ? dossier.value : []) {
      if (isOurs(state.created.stamp)) found += 1;
      world.facts.push(...factsIn(device, state, isOurs));
    }
  }
  world.check(found === created, `${device.name} has ${found} of ${created} imported`);
  device.undo.push(token);
  return `imported ${rows}`;
}

async function settle(world: World, device: Device, random: Random): Promise<string> {
  const conflict = random.pick(await device.sync.conflicts());
  if (conflict === undefined) return 'has no conflict';
  const settled = await device.sync.settleConflict(conflict, random.chance(0.5) ? 'keep' : 'other');
  if (!settled.ok) return `settle: ${settled.error.type}`;
  await note(world, device, settled.value.undo, [conflict.customer ?? WORKSPACE_DOSSIER]);
  return `settled ${conflict.field}`;
}

async function erase(world: World, device: Device, random: Random): Promise<string> {
  const { vault } = device.session;
  const customer = await someCustomer(device, random);
  if (customer === null) return 'has nothing to erase';
  const type = random.weighted({ value: 3, field: 2, person: 1 });
  const erasure = erasureOf(customer, type, random);
  if (erasure === null) return 'has nothing to erase';
  // The newest stamp is this commit's: the erasure is stamped right after it.
  const before = await vault.save([{ kind: 'customer', values: { name: words(random) } }]);
  if (!before.ok) return `erase: ${before.error.type}`;
  await note(world, device, before.value.undo, before.value.records);
  const change: Change = {
    record: createRecordId(),
    kind: 'erasure',
    stamp: after(before.value.undo.to),
    at: device.clock.now(),
    set: {},
    erases: erasure,
  };
  const erased = await vault.apply([change]);
  if (!erased.ok) return `erase: ${erased.error.type}`;
  await note(world, device, { from: change.stamp, to: change.stamp }, [WORKSPACE_DOSSIER]);
  return `erased a ${type}`;
}

function erasureOf(
  { id, fields }: RecordState,
  type: 'value' | 'field' | 'person',
  random: Random,
): Erasure | null {
  if (type === 'person') return { type, ids: [id] };
  const field = random.pick(Object.keys(fields));
  if (field === undefined) return null;
  if (type === 'field') return { type, record: id, field };
  const value = random.pick(fields[field] ?? []);
  return value === undefined ? null : { type, record: id, field, stamp: value.stamp };
}

function after(stamp: Stamp): Stamp {
  const counter = Number.parseInt(stamp.slice(12, 16), 16) + 1;
  return `${stamp.slice(0, 12)}${counter.toString(16).padStart(4, '0')}${stamp.slice(16)}` as Stamp;
}

// ---- Members --------------------------------------------------------------------------------------------------------

const MOST_DEVICES = 6;

/** The real flow: a link, a request, the digits compared, an approval, the first rounds. */
async function invite(world: World, random: Random): Promise<string> {
  const admin = await someDevice(
    world,
    random,
    (device) => device.isOpen && device.session.role === 'admin' && device.session.joining === null,
  );
  if (admin === null || world.devices.length >= MOST_DEVICES) return 'nobody invites';
  const role = random.weighted<Role>({ admin: 4, member: 5, viewer: 1 });
  const told: string[] = [];
  let link = '';
  await world.act([
    {
      device: admin,
      work: async () => {
        const invited = await admin.sync.invite({ role, validHours: 24 });
        if (invited.ok) link = invited.value.link;
        told.push(`${admin.name} invites a ${role}: ${invited.ok ? 'ok' : invited.error.type}`);
      },
    },
  ]);
  if (link === '') return told.join();
  const joiner = world.addDevice();
  joiner.mayRemove = role === 'admin' || random.chance(0.5);
  joiner.clockOffset = random.pick([0, 0, 10 * MINUTE, -10 * MINUTE]) ?? 0;
  for (let tries = 0; tries < 3 && !joiner.isOpen; tries++) {
    const crashAfter = random.chance(CRASH_CHANCE) ? random.below(40) : null;
    const crashed = await world.act([
      {
        device: joiner,
        crashAfter,
        work: async () => {
          told.push(await joiner.ask(link));
        },
      },
    ]);
    if (crashed.length > 0) told.push('crashed');
  }
  for (let tries = 0; tries < 4 && joiner.isOpen && joiner.session.joining !== null; tries++) {
    await world.act([
      {
        device: admin,
        work: async () => {
          told.push(await approve(world, admin, joiner));
        },
      },
    ]);
    const crashAfter = random.chance(CRASH_CHANCE) ? random.below(MOST_AWAITS) : null;
    const crashed = await world.act([
      {
        device: joiner,
        crashAfter,
        work: async () => {
          told.push(await joiner.round(true));
        },
      },
    ]);
    if (crashed.length > 0) {
      told.push('crashed');
      await world.act([
        {
          device: joiner,
          work: async () => {
            await joiner.open();
          },
        },
      ]);
    }
  }
  return `${told.join(', ')} → ${joiner.name}`;
}

async function approve(world: World, admin: Device, joiner: Device): Promise<string> {
  const looked = await admin.round(true);
  const { checkCode } = joiner.sync.status;
  const request = admin.sync.requests.find((each) => each.checkCode === checkCode);
  if (request === undefined) return `no request (${looked})`;
  const approved = await admin.sync.approve(request);
  if (!approved.ok) return `approval: ${approved.error.type}`;
  for (const state of admin.session.vault.workspace.values()) {
    if (state.kind === 'member' && state.created.stamp.endsWith(admin.id ?? '')) {
      world.facts.push(...factsIn(admin, state, (stamp) => stamp === state.created.stamp));
    }
  }
  return 'approved';
}

async function changeRole(world: World, device: Device, random: Random): Promise<string> {
  const other = otherMember(world, device, random);
  if (other === undefined) return 'is alone';
  const role = random.pick<Role>(['admin', 'member', 'viewer']) ?? 'member';
  // Only after a removal or a lowering of its role is anything of its held back; when it takes effect is the store's to say.
  world.doubted.add(other);
  const changed = await device.sync.changeRole(idOf(other), role);
  return `makes ${other.name} a ${role}: ${changed.ok ? 'ok' : changed.error.type}`;
}

async function revoke(world: World, device: Device, random: Random): Promise<string> {
  const other = otherMember(world, device, random);
  if (other === undefined) return 'is alone';
  world.doubted.add(other);
  const revoked = await device.sync.revoke(idOf(other));
  return `removes ${other.name}: ${revoked.ok ? 'ok' : revoked.error.type}`;
}

function otherMember(world: World, device: Device, random: Random): Device | undefined {
  return random.pick(world.devices.filter(({ id }) => id !== null && id !== device.id));
}

function idOf({ id }: Device): DeviceId {
  assert(id, 'it is in the log');
  return id;
}

/** An admin looks at what was held back. */
async function takeOver(_world: World, device: Device, random: Random): Promise<string> {
  const held = random.pick(await device.sync.heldBack());
  if (held === undefined || device.session.role !== 'admin') return 'has nothing to look at';
  const choice = random.chance(0.6) ? 'apply' : 'discard';
  const settled = await device.sync.settleHeldBack(held.id, choice);
  return `${choice} held back (${held.reason}): ${settled.ok ? 'ok' : settled.error.type}`;
}

/** Works without a store for a while, and connects it again. */
async function reconnect(world: World, device: Device, random: Random): Promise<string> {
  if (device.session.role !== 'admin' || device.session.joining !== null) return 'may not';
  const left = await device.sync.disconnect();
  if (!left.ok) return `disconnect: ${left.error.type}`;
  const told = [await edit(world, device, random)];
  if (random.chance(0.5))
    told.push((await device.session.vault.roll()).ok ? 'rolled' : 'not rolled');
  const connected = await device.connect();
  return `without a store: ${told.join(', ')}; connected: ${connected.ok ? 'ok' : JSON.stringify(connected.error)}`;
}

// ---- What happens to devices and the store --------------------------------------------------------------------------

function wait(world: World, random: Random): string {
  const days = random.weighted({ '1': 3, '8': 2, '31': 3, '95': 1 });
  world.now += Number(days) * DAY + random.below(DAY);
  return `${days} days pass`;
}

async function turnClock(world: World, random: Random): Promise<string> {
  const device = await someDevice(world, random);
  if (device === null) return 'nobody is there';
  const years = 365 * DAY;
  const offsets = [0, 0, HOUR, -HOUR, 3 * MINUTE, 10 * years, -10 * years, 2 * DAY];
  device.clockOffset = random.pick(offsets) ?? 0;
  return `${device.name}'s clock is off by ${device.clockOffset / HOUR} h`;
}

async function sendAway(world: World, random: Random): Promise<string> {
  const device = await someDevice(world, random, ({ isOpen }) => isOpen);
  if (device === null || world.open.length < 3) return 'nobody can be spared';
  const days = random.pick([2, 20, 45, 100]) ?? 2;
  await world.act([{ device, work: () => device.lock() }]);
  device.awayUntil = world.now + days * DAY;
  return `${device.name} is away for ${days} days`;
}

async function clone(world: World, random: Random): Promise<string> {
  const device = await someDevice(world, random, ({ isOpen, isClone }) => isOpen && !isClone);
  if (device?.session.joining !== null) return 'nobody can be cloned';
  await world.act([{ device, work: () => device.lock() }]);
  const other = world.addDevice();
  await device.cloneInto(other);
  for (const each of [device, other]) {
    each.isClone = true;
    world.doubted.add(each);
  }
  world.expectedAlarms.add('cloned').add('forked');
  return `${device.name} is cloned into ${other.name}`;
}

async function restore(world: World, random: Random): Promise<string> {
  const days = random.pick([0.1, 1, 7]) ?? 7;
  world.isRestored = true;
  world.store.restore(world.now - days * DAY);
  for (const type of ['rolledBack', 'dropped', 'withheld', 'forked'] as const) {
    world.expectedAlarms.add(type);
  }
  return `the store is as it was ${days} days ago`;
}
