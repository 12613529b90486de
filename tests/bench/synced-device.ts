/** One device of a team, with the real engine and store client in a worker: connects, joins, edits, and counts what goes over the wire. */

import { systemClock } from '#base/clock.ts';
import { sha256 } from '#crypto/hash.ts';
import type { RecordId } from '#base/ids.ts';
import { join } from '#sync/joining.ts';
import type { StoreSettings, SyncStatus } from '#sync/messages.ts';
import { createS3Store } from '#sync/s3-store.ts';
import { Sync } from '#sync/sync.ts';
import type { Session } from '#vault/session.ts';
import { Workspaces } from '#vault/workspaces.ts';
import type { Result } from '#base/result.ts';
import type { BulkEdit } from '#vault/vault.ts';

const PASSPHRASE = 'seven kelp forests sway';

/** What went over the wire since it was last asked. */
export interface Wire {
  readonly requests: number;
  readonly bytesIn: number;
  /** Lists of the heads: one begins every round. */
  readonly polls: number;
  /** Names of objects that were fetched, in their order. */
  readonly fetched: readonly string[];
}

export class SyncedDevice {
  readonly #session: Session;
  readonly #workspaces: Workspaces;
  readonly #meter: Meter;
  #sync: Sync | null = null;
  #status: SyncStatus | null = null;
  #waiting = new Set<() => void>();
  #seen = new Map<RecordId, number>();

  private constructor(session: Session, workspaces: Workspaces, meter: Meter) {
    this.#session = session;
    this.#workspaces = workspaces;
    this.#meter = meter;
  }

  static async create(): Promise<SyncedDevice> {
    const workspaces = new Workspaces(environment);
    const made = must(
      await workspaces.create({ name: 'Bench', memberName: 'Ines', passphrase: PASSPHRASE }),
    );
    return new SyncedDevice(made.session, workspaces, new Meter());
  }

  static async join(link: string): Promise<SyncedDevice> {
    const workspaces = new Workspaces(environment);
    const meter = new Meter();
    const session = must(
      await join(
        { workspaces, clock: systemClock, openStore: (settings) => meter.open(settings) },
        { link, deviceName: 'Tablet', passphrase: PASSPHRASE },
      ),
    );
    const device = new SyncedDevice(session, workspaces, meter);
    await device.follow();
    return device;
  }

  async import(edits: readonly BulkEdit[]): Promise<void> {
    async function* all(): AsyncGenerator<readonly BulkEdit[]> {
      for (let start = 0; start < edits.length; start += 500) yield edits.slice(start, start + 500);
    }
    must(await this.#session.vault.bulk(all(), { signal: new AbortController().signal }));
  }

  async follow(): Promise<void> {
    this.#session.listen((event) => {
      if (event.type !== 'changed') return;
      if (event.customers !== 'any') {
        for (const id of event.customers) this.#seen.set(id, Date.now());
      }
      this.#sync?.touch();
      this.#wake();
    });
    this.#sync = await Sync.open({
      session: this.#session,
      clock: systemClock,
      openStore: (settings) => this.#meter.open(settings),
      probe: () => Promise.resolve({ ok: true, value: { canRemove: true } }),
      appAddress: 'https://holdfast.example/',
      tell: (status) => {
        this.#status = status;
        this.#wake();
      },
      onRemoved: () => Promise.resolve(),
    });
  }

  async connect(settings: StoreSettings): Promise<void> {
    must(await this.#engine.connect(settings));
  }

  async invite(): Promise<string> {
    return must(await this.#engine.invite({ role: 'member', validHours: 1 })).link;
  }

  /** Lets in the first who asks. */
  async approve(): Promise<void> {
    await this.#until(() => this.#engine.requests.length > 0);
    const [request] = this.#engine.requests;
    if (request !== undefined) must(await this.#engine.approve(request));
  }

  /** Until everything of a first sync is here. Answers with the ms from the approval on. */
  async firstSync(): Promise<number> {
    await this.#until(() => this.#status?.phase === 'syncing');
    const start = performance.now();
    await this.#until(() => this.#status?.phase === 'idle' && this.#status.lastSyncAt !== null);
    return performance.now() - start;
  }

  /** Hidden, it polls no more; a round is then where it is asked for. */
  setVisible(visible: boolean): void {
    this.#engine.setVisible(visible);
  }

  now(): Promise<void> {
    return this.#engine.now();
  }

  customers(): readonly RecordId[] {
    return this.#session.vault.select({ text: '', sort: 'name' });
  }

  async edit(customers: readonly RecordId[], title: string): Promise<number> {
    const edits = customers.map(
      (record) => ({ record, kind: 'customer', values: { title } }) as const,
    );
    must(await this.#session.vault.save(edits));
    return Date.now();
  }

  /** When this device showed a change of a customer. */
  async shown(customer: RecordId, after: number): Promise<number> {
    await this.#until(() => (this.#seen.get(customer) ?? 0) >= after);
    return this.#seen.get(customer) ?? 0;
  }

  /** The whole workspace as JSON Lines. */
  async lines(): Promise<Blob> {
    const parts: string[] = [];
    for await (const dossier of this.#session.vault.dossierLines(new AbortController().signal)) {
      for (const line of must(dossier)) {
        parts.push(typeof line === 'string' ? line : JSON.stringify(line), '\n');
      }
    }
    return new Blob(parts);
  }

  /** Nothing but the requests: the same objects once more, as many at a time as sync fetches. Answers with the ms. */
  async fetchAgain(settings: StoreSettings, names: readonly string[]): Promise<number> {
    const store = createS3Store(settings, { clock: systemClock });
    const start = performance.now();
    for (let at = 0; at < names.length; at += 3) {
      await Promise.all(names.slice(at, at + 3).map(async (name) => must(await store.get(name))));
    }
    return performance.now() - start;
  }

  takeWire(): Wire {
    return this.#meter.take();
  }

  async discard(): Promise<void> {
    await this.#sync?.close();
    await this.#session.end({ everywhere: false });
    await this.#workspaces.remove(this.#session.workspace);
  }

  get #engine(): Sync {
    if (this.#sync === null) throw new Error('Follow first.');
    return this.#sync;
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
      });
    }
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }
}

class Meter {
  #requests = 0;
  #bytesIn = 0;
  #polls = 0;
  #fetched: string[] = [];

  open(settings: StoreSettings) {
    const base = `/${settings.bucket}/${settings.prefix}`;
    return createS3Store(settings, {
      clock: systemClock,
      fetch: async (input, init) => {
        const answer = await fetch(input, init);
        const copy = await answer.clone().arrayBuffer();
        this.#requests += 1;
        this.#bytesIn += copy.byteLength;
        const { pathname, search } = new URL(answer.url);
        if (/[?&]prefix=[^&]*head%2F/.test(search)) this.#polls += 1;
        const isObject = answer.ok && pathname.startsWith(`${base}v1/`);
        const method = input instanceof Request ? input.method : (init?.method ?? 'GET');
        if (isObject && method === 'GET') this.#fetched.push(pathname.slice(base.length));
        return answer;
      },
    });
  }

  take(): Wire {
    const wire = {
      requests: this.#requests,
      bytesIn: this.#bytesIn,
      polls: this.#polls,
      fetched: this.#fetched,
    };
    this.#polls = 0;
    this.#requests = 0;
    this.#bytesIn = 0;
    this.#fetched = [];
    return wire;
  }
}

const environment = {
  clock: systemClock,
  /** Not Argon2id: what it takes is no part of any figure here. */
  derive: ({ passphrase, salt }: { passphrase: string; salt: Uint8Array }) =>
    sha256(new Uint8Array([...new TextEncoder().encode(passphrase), ...salt])),
  exclusive: <T>(name: string, work: () => Promise<T>): Promise<T> =>
    navigator.locks.request(`bench-${name}`, work),
  guard: null,
  witness: null,
};

function must<T, E>(result: Result<T, E>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}
