/** Runs every measurement of the engine in one worker, Holdfast's own and the plain one side by side. */

import * as Comlink from 'comlink';
import { createRandom, generateCustomers, type GeneratedCustomer } from '../customers.ts';
import { editOf, SealedBook } from './sealed-book.ts';
import {
  emptyPlainRows,
  readPlainRows,
  savePlainRow,
  writePlainRows,
  type PlainRow,
} from './plain-rows.ts';
import { SyncedDevice, type Wire } from './synced-device.ts';
import { systemClock } from '#base/clock.ts';
import { createDeviceId, createWorkspaceId, type RecordId } from '#base/ids.ts';
import { erasePerson } from '#compliance/erasure/erasing.ts';
import { guard } from '#compliance/guard.ts';
import { recordRoom } from '#compliance/personal-room.ts';
import { overdueFinder, PreviewCount } from '#compliance/retention/overdue.ts';
import { rulesIn } from '#compliance/retention/rules.ts';
import { en } from '#texts/en.ts';
import type { StoreSettings } from '#sync/messages.ts';
import type { BulkEdit } from '#vault/vault.ts';
import { Rights } from '#worker/rights.ts';

let customers: readonly GeneratedCustomer[] = [];
let plainRows: readonly PlainRow[] = [];
let edits: readonly BulkEdit[] = [];
let book: SealedBook | undefined;
let synced: SyncedDevice | undefined;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function openBook(): SealedBook {
  if (!book) throw new Error('Import first.');
  return book;
}

function device(): SyncedDevice {
  if (!synced) throw new Error('Start or join a team first.');
  return synced;
}

async function importInto(create: () => Promise<SealedBook>): Promise<number> {
  await book?.discard();
  const fresh = await create();
  book = fresh;
  return timed(() => fresh.import(edits));
}

const bench = {
  /** Makes the parsed rows, in both shapes. */
  prepare(count: number): void {
    customers = generateCustomers(count);
    plainRows = customers.map((customer, id) => ({ id, ...customer }));
    edits = customers.map(editOf);
  },

  async plainImport(): Promise<number> {
    await emptyPlainRows();
    return timed(() => writePlainRows(plainRows));
  },

  sealedImport: (): Promise<number> => importInto(() => SealedBook.create()),
  guardedImport: (): Promise<number> => importInto(() => SealedBook.create(guard)),

  plainRead: (): Promise<number> => timed(readPlainRows),
  sealedOpen: (): Promise<number> => openBook().reopen(),

  /** All take turns, so that whatever else the machine does falls on all. */
  async saves(count: number): Promise<{
    plain: number[];
    sealed: number[];
    opened: number[];
    witnessed: number[];
  }> {
    const random = createRandom(count);
    const { vault } = openBook();
    const plain: number[] = [];
    const sealed: number[] = [];
    const opened: number[] = [];
    const witnessed: number[] = [];
    const find = () => {
      const customer = random.pick(customers);
      const [found] = vault.select({ text: customer.email, sort: 'changed' });
      if (found === undefined) throw new Error('The customer is not found.');
      return found;
    };
    const save = (record: RecordId, edit: number) =>
      timed(async () => {
        const values = { title: `Edit ${edit}` };
        const saved = await vault.save([{ record, kind: 'customer', values }]);
        if (!saved.ok) throw new Error(saved.error.type);
      });
    for (let edit = 0; edit < count; edit += 1) {
      const row = plainRows[random.number(plainRows.length)]!;
      plain.push(await timed(() => savePlainRow({ ...row, title: `Edit ${edit}` })));
      sealed.push(await save(find(), edit));
      // As the app saves: whoever edits a customer has opened it before.
      const shown = find();
      await vault.openDossier(shown);
      opened.push(await save(shown, edit));
      const told = find();
      await vault.openDossier(told);
      openBook().setWitnessed(true);
      witnessed.push(await save(told, edit));
      openBook().setWitnessed(false);
    }
    return { plain, sealed, opened, witnessed };
  },

  /** One figure for each keystroke of words that people type: the list that follows from it. */
  async searches(words: number): Promise<number[]> {
    const random = createRandom(words);
    const { vault } = openBook();
    const took: number[] = [];
    for (let word = 0; word < words; word += 1) {
      const customer = random.pick(customers);
      const typed = random.pick([customer.name, customer.company, customer.city]).slice(0, 12);
      for (let end = 1; end <= typed.length; end += 1) {
        const start = performance.now();
        vault.list({ text: typed.slice(0, end), sort: 'changed' }, 0, 30);
        took.push(performance.now() - start);
      }
    }
    return took;
  },

  async backUp(): Promise<{
    backUp: number;
    verify: number;
    file: Blob;
    identity: string;
    recipient: string;
  }> {
    const open = openBook();
    const start = performance.now();
    const written = await open.backUp();
    const backUp = performance.now() - start;
    const verify = await timed(() => open.verify(written.blob));
    // A copy: the file that it was spooled to goes.
    const file = new Blob([await written.blob.arrayBuffer()]);
    await written.discard();
    return { backUp, verify, file, identity: open.recoveryIdentity, recipient: open.recipient };
  },

  /** What people's rights take, by ms: the file of somebody with so many entries, a look for what is past its time, an erasure. */
  async rights(
    entries: number,
  ): Promise<{ subjectFile: number; preview: number; erasure: number }> {
    const { vault } = openBook();
    const [customer] = vault.select({ text: '', sort: 'changed' });
    if (customer === undefined) throw new Error('There is nobody.');
    const logged = await vault.save(
      Array.from({ length: entries }, (_, n) => ({
        kind: 'interaction' as const,
        customer,
        values: { type: 'visit', when: '2026-01-01T10:00', notes: `Entry ${n} of the visits` },
      })),
    );
    const rule = { covers: 'customer', months: 12, trigger: 'created', action: 'erase' };
    const ruled = await vault.save([{ kind: 'retentionRule', values: rule }]);
    if (!logged.ok || !ruled.ok) throw new Error('Nothing was written.');
    const rooms = [recordRoom({ vault, sweepDrafts: () => Promise.resolve() })];
    const rights = new Rights({
      session: {
        vault,
        workspace: createWorkspaceId(),
        workspaceName: 'Bench',
        device: createDeviceId(),
        deviceKeys: null,
      },
      clock: systemClock,
      compliance: { hiddenOf: () => new Set() },
      rooms,
    });
    const words = { ...en.subjectFile.page, language: 'en' } as const;
    const work = { signal: new AbortController().signal, onProgress: () => undefined };
    const make = () => rights.subjectFile(customer, { passphrase: null, words }, work);
    // What it is made with is loaded by the first.
    if (!(await make()).ok) throw new Error('No subject file was made.');
    const subjectFile = await timed(make);
    const preview = await timed(() => {
      const count = new PreviewCount();
      const finder = overdueFinder(rulesIn(vault.workspace), '2026-11-27');
      for (const batch of vault.summaries()) {
        for (const summary of batch) {
          const found = finder.find(summary);
          if (found !== null) count.add(found);
        }
      }
      return Promise.resolve(count.preview);
    });
    const erasure = await timed(async () => {
      const erased = await erasePerson(
        { vault, role: 'admin' },
        { customer, reason: 'other' },
        { marker: (identifier) => identifier, now: Date.now(), hasStore: false, rooms },
      );
      if (!erased.ok) throw new Error(erased.error.type);
    });
    return { subjectFile, preview, erasure };
  },

  /** The summaries as anybody would write them in plain: JSON, in UTF-8. */
  summaryBytes(): number {
    let bytes = 0;
    const utf8 = new TextEncoder();
    for (const batch of openBook().vault.summaries()) {
      for (const summary of batch) bytes += utf8.encode(JSON.stringify(summary)).length;
    }
    return bytes;
  },

  /** Answers with the ms that the import took. */
  async startTeam(count: number): Promise<number> {
    const made = await SyncedDevice.create();
    synced = made;
    const took = await timed(() => made.import(generateCustomers(count).map(editOf)));
    await made.follow();
    return took;
  },

  connect: (store: StoreSettings): Promise<void> => device().connect(store),
  invite: (): Promise<string> => device().invite(),
  approve: (): Promise<void> => device().approve(),

  async joinTeam(link: string): Promise<void> {
    synced = await SyncedDevice.join(link);
  },

  async firstSync(): Promise<{ took: number; wire: Wire }> {
    device().takeWire();
    const took = await device().firstSync();
    return { took, wire: device().takeWire() };
  },

  syncedLines: (): Promise<Blob> => device().lines(),
  fetchAgain: (store: StoreSettings, names: readonly string[]): Promise<number> =>
    device().fetchAgain(store, names),

  async editMany(count: number): Promise<void> {
    const customers = device().customers();
    const step = Math.max(1, Math.floor(customers.length / count));
    const spread = customers.filter((_, index) => index % step === 0).slice(0, count);
    await device().edit(spread, 'Edited by the thousand');
    await device().now();
  },

  async editOne(n: number): Promise<{ customer: RecordId; saved: number }> {
    const customers = device().customers();
    const customer = customers[(n * 7919) % customers.length]!;
    return { customer, saved: await device().edit([customer], `Edit ${n}`) };
  },

  shown: (customer: RecordId, after: number): Promise<number> => device().shown(customer, after),
  roundNow: (): Promise<number> => timed(() => device().now()),
  takeWire: (): Wire => device().takeWire(),
  hide(): void {
    device().setVisible(false);
  },
  show(): void {
    device().setVisible(true);
  },

  async discard(): Promise<void> {
    await synced?.discard();
    synced = undefined;
    await book?.discard();
    book = undefined;
    await emptyPlainRows();
    customers = [];
    plainRows = [];
    edits = [];
  },
};

export type Bench = typeof bench;

Comlink.expose(bench);
