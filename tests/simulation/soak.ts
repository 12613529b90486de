/** The soak: some devices of one workspace write to a real store at once, for long; at the end nothing is lost and all are equal. */

import 'fake-indexeddb/auto';
import { Dexie } from 'dexie';
import { setTimeout as sleep } from 'node:timers/promises';
import { inRun } from '#domain/edits.ts';
import type { ObjectStore } from '#sync/object-store.ts';
import type { OpenedStore } from '#sync/sync.ts';
import { must } from '../unit/vault/fixture.ts';
import { Device, keepDevicesApart } from './device.ts';
import { factsIn, isTold, tellFact, type Fact } from './facts.ts';
import { digestOf, erasuresIn, linesOf, statesOf } from './records.ts';
import { Broken } from './world.ts';

export interface SoakOptions {
  /** Ways to one store: several gateways, say. The devices share them. */
  readonly stores: readonly ObjectStore[];
  readonly devices?: number;
  /** At least so many are written, by all devices together. */
  readonly segments?: number;
  /** Called once, when half of them are written, while the devices go on. */
  readonly onHalf?: () => Promise<void>;
}

export interface Soaked {
  readonly segments: number;
  /** Rounds that failed and were tried again. */
  readonly failures: number;
  readonly milliseconds: number;
}

/** Where a round failed, the next one waits so long. */
const RETRY_MS = 200;
const MOST_PASSES = 50;

export async function soak({
  stores,
  devices: count = 4,
  segments: wanted = 1000,
  onHalf = () => Promise.resolve(),
}: SoakOptions): Promise<Soaked> {
  const started = performance.now();
  keepDevicesApart();
  let written = 0;
  const onSegment = () => (written += 1);
  const devices = Array.from({ length: count }, (_, index) => {
    const store = stores[index % stores.length];
    if (store === undefined) throw new Error('There is no store');
    return new Device({
      name: String.fromCharCode(65 + index),
      now: () => Date.now(),
      openStore: () => watched(store, onSegment),
    });
  });
  await gather(devices);
  const facts: Fact[] = [];
  let failures = 0;
  let half: Promise<void> | undefined;
  const write = async (device: Device) => {
    for (let n = 0; written < wanted; n++) {
      facts.push(...(await say(device, n)));
      while ((await device.round(false)).startsWith('failed')) {
        failures += 1;
        await sleep(RETRY_MS);
      }
      if (written >= wanted / 2) half ??= onHalf();
    }
  };
  await Promise.all(devices.map(write));
  await half;
  await settle(devices);
  await check(devices, facts);
  for (const device of devices) await device.lock();
  return { segments: written, failures, milliseconds: performance.now() - started };
}

function watched(store: ObjectStore, onSegment: () => void): OpenedStore {
  return {
    clockOffsetMs: 0,
    async put(name, bytes) {
      const put = await store.put(name, bytes);
      if (put.ok && put.value === 'created' && name.includes('/log/')) onSegment();
      return put;
    },
    get: store.get.bind(store),
    list: store.list.bind(store),
    remove: store.remove.bind(store),
  };
}

/** The first makes the workspace and lets the others in. */
async function gather([first, ...others]: readonly Device[]): Promise<void> {
  if (first === undefined) throw new Error('There is no device');
  use(first);
  await first.found();
  must(await first.connect());
  for (const other of others) {
    const { link } = must(await first.sync.invite({ role: 'admin', validHours: 24 }));
    use(other);
    const asked = await other.ask(link);
    if (asked !== 'asked') throw new Broken(`${other.name} can't ask to join: ${asked}`);
    await first.round(true);
    const [request] = first.sync.requests;
    if (request === undefined) throw new Broken(`Nobody sees that ${other.name} asks to join`);
    must(await first.sync.approve(request));
    await other.round(true);
    if (other.session.joining !== null) throw new Broken(`${other.name} has not joined`);
  }
}

/** Databases that are opened from here on are this device's. */
function use(device: Device): void {
  Dexie.dependencies.indexedDB = device.databases;
}

/** A customer of one's own now and then, else a word about one that everybody knows. */
async function say(device: Device, n: number): Promise<readonly Fact[]> {
  const { vault } = device.session;
  const known = vault.select({ text: '', sort: 'name' }).slice(0, 10);
  const record = n % 5 === 0 ? undefined : known[n % known.length];
  const saved = await vault.save([
    record === undefined
      ? { kind: 'customer', values: { name: `${device.name} ${n}` } }
      : { kind: 'customer', record, values: { notes: `${device.name} says ${n}` } },
  ]);
  const { undo, records } = must(saved);
  const dossier = must(await vault.openDossier(records[0]!));
  return [...dossier.values()].flatMap((state) => factsIn(device, state, inRun(undo)));
}

async function settle(devices: readonly Device[]): Promise<void> {
  for (let pass = 0, quiet = 0; quiet < 2; pass++) {
    if (pass === MOST_PASSES) throw new Broken('They never come to rest');
    const ends = [];
    for (const device of devices) ends.push(await device.round(true));
    quiet = ends.every((end) => end === 'quiet') ? quiet + 1 : 0;
    if (ends.some((end) => end.startsWith('failed'))) await sleep(RETRY_MS);
  }
}

async function check(devices: readonly Device[], facts: readonly Fact[]): Promise<void> {
  let digest: string | undefined;
  for (const device of devices) {
    const { alarms } = device.sync.status;
    if (alarms.length > 0) throw new Broken(`${device.name}: ${JSON.stringify(alarms)}`);
    const own = digestOf(await linesOf(device));
    if (own !== (digest ??= own)) throw new Broken(`${device.name} differs`);
    const states = await statesOf(device);
    const erasures = erasuresIn(states);
    for (const fact of facts) {
      if (isTold(fact, states.get(fact.record), erasures)) continue;
      throw new Broken(`${device.name} does not know ${tellFact(fact)}`);
    }
  }
}
