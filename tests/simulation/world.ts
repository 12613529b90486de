/** The world of one history: its devices, its store, its time, and what is known of what happened. */

import 'fake-indexeddb/auto';
import { Dexie } from 'dexie';
import type { AlarmType } from '#sync/messages.ts';
import { isActive, verifyMembership, type MembershipState } from '#crypto/membership.ts';
import { must } from '../unit/vault/fixture.ts';
import { Device, keepDevicesApart } from './device.ts';
import type { Fact } from './facts.ts';
import type { Life } from './life.ts';
import { watchLives } from './life.ts';
import { keepOrder } from './order.ts';
import { Random, seedIds } from './random.ts';
import { CLEAR, StoreLine, type Weather } from './store-line.ts';
import { Turns } from './turns.ts';
import { VirtualStore } from './virtual-store.ts';

/** Something that must never happen. */
export class Broken extends Error {}

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export interface Act {
  readonly device: Device;
  readonly work: () => Promise<void>;
  /** Its process ends after so many awaits. */
  readonly crashAfter?: number | null;
}

export class World {
  now = Date.UTC(2026, 10, 23, 9);
  readonly store = new VirtualStore(() => this.now);
  readonly devices: Device[] = [];
  readonly facts: Fact[] = [];
  readonly trace: string[] = [];
  weather: Weather = CLEAR;
  /** Of the step that is under way. */
  seed = 0;
  requests = 0;
  isRestored = false;
  /** What may be raised in this history: nothing, unless somebody did something. */
  readonly expectedAlarms = new Set<AlarmType>();
  /** Ids of devices whose later changes some may hold back: they were removed, or got a lower role. */
  readonly doubted = new Set<Device>();
  #membership: { readonly last: string | undefined; readonly state: MembershipState } | undefined;
  readonly turns = new Turns<Device>((device) => {
    // The databases that are opened from here on are this device's.
    Dexie.dependencies.indexedDB = device.databases;
  });

  constructor(seed: number) {
    keepOrder();
    seedIds(seed);
    watchLives(() => this.turns.holder?.life ?? null);
    keepDevicesApart();
  }

  addDevice(): Device {
    const name = String.fromCharCode(65 + this.devices.length);
    const device = new Device({
      name,
      now: () => this.now,
      openStore: (owner, life) => this.#line(owner, life),
    });
    this.devices.push(device);
    return device;
  }

  #line(device: Device, life: Life): StoreLine {
    return new StoreLine({
      store: this.store,
      life,
      takeTurn: () => this.turns.take(device),
      weather: () => this.weather,
      seed: () => this.seed,
      mayRemove: () => device.mayRemove,
      onRequest: () => {
        this.requests += 1;
        this.now += 20;
      },
    });
  }

  /** Tells which of them crashed. */
  async act(acts: readonly Act[], random = new Random(this.seed)): Promise<readonly Device[]> {
    const crashed: Device[] = [];
    await this.turns.run(
      acts.map(({ device, work, crashAfter = null }) => ({
        device,
        work: async () => {
          const { life } = device;
          life.endAfter(crashAfter);
          await Promise.race([work(), life.ended]);
          if (life.isOver) crashed.push(device);
          else life.endAfter(null);
        },
      })),
      random,
    );
    for (const device of crashed) await device.crash();
    return crashed;
  }

  /** In the order in which they came. */
  get open(): readonly Device[] {
    return this.devices.filter(({ isOpen }) => isOpen);
  }

  /** The newest membership log that anybody has. */
  async membership(): Promise<MembershipState> {
    let newest: readonly string[] = [];
    for (const { session } of this.open) {
      const lines = await session.membershipLines();
      if (lines.length > newest.length) newest = lines;
    }
    if (this.#membership?.last !== newest.at(-1)) {
      const state = must(await verifyMembership({ lines: newest }));
      this.#membership = { last: newest.at(-1), state };
    }
    return this.#membership!.state;
  }

  /** Devices that belong to the workspace and go on in it. */
  async members(): Promise<readonly Device[]> {
    const { devices } = await this.membership();
    return this.open.filter((device) => {
      const member = device.id === null ? undefined : devices.get(device.id);
      return member !== undefined && isActive(member) && device.session.joining === null;
    });
  }

  check(isSo: boolean, what: string): asserts isSo {
    if (!isSo) throw new Broken(what);
  }
}
