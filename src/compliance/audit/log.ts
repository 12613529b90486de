/** Reading the log: events of all devices, newest first, found by what they say, and written out for others to check. */

import type { DeviceId, RecordId } from '#base/ids.ts';
import { AUDIT_PREFIX } from '#base/ids.ts';
import { ok, type Result } from '#base/result.ts';
import { isAuditPage, prefixOf } from '#domain/audit-page.ts';
import type { RecordState } from '#domain/record-state.ts';
import type { Cancelled, NotFound, Vault } from '#vault/vault.ts';
import type { Damaged } from '#vault/damage.ts';
import { NO_HASH, readPage, type Link } from './chain.ts';
import type { Act, Signer } from './event.ts';
import {
  pagesByOwner,
  verifyChain,
  type ChainReport,
  type VerificationParts,
} from './verification.ts';

export interface LogQuery {
  readonly act?: Act;
  /** On which it happened. */
  readonly device?: DeviceId;
  /** A record, or the customer that records belong to. */
  readonly record?: RecordId;
  /** ms; both ends belong to it. */
  readonly from?: number;
  readonly to?: number;
}

export type LogEntry = Pick<Link, 'device' | 'n' | 'at' | 'event'>;

/** Of so many pages each device's newest are at hand; a search looks on as far as it must. */
export class AuditLog {
  readonly #vault: Vault;

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  /** Newest first by their stamps. */
  async read(query: LogQuery, from: number, to: number): Promise<readonly LogEntry[]> {
    const entries: LogEntry[] = [];
    let skipped = 0;
    for await (const { device, n, at, event } of this.#newestFirst()) {
      const entry = { device, n, at, event };
      if (!matches(query, entry)) continue;
      if (skipped++ < from) continue;
      entries.push(entry);
      if (entries.length >= to - from) break;
    }
    return entries;
  }

  /** A report for each device that has written to the log, and for those of `own` in any case: where theirs is not there, nothing is whole. */
  async verify({
    own = [],
    ...parts
  }: VerificationParts & { readonly own?: readonly DeviceId[] }): Promise<
    Result<readonly ChainReport[], Cancelled>
  > {
    const there = this.#owners();
    const erased = this.#erased();
    const owners = new Map<string, DeviceId>();
    for (const owner of [...there.keys(), ...erased.keys()]) {
      owners.set(owner, owner.slice(AUDIT_PREFIX.length) as DeviceId);
    }
    const carried = await this.#carried(parts, [...there.keys()]);
    for (const device of [...carried.keys(), ...parts.fingerprints.keys()]) {
      if (owners.has(prefixOf(device))) owners.set(prefixOf(device), device);
    }
    for (const device of own) owners.set(prefixOf(device), device);
    const reports: ChainReport[] = [];
    let done = 0;
    for (const [prefix, owner] of owners) {
      const { pages, unread } = await this.#read(there.get(prefix) ?? []);
      const report = await verifyChain(
        { pages, unread, erased: erased.get(prefix) ?? [], owner },
        { ...parts, carried, onProgress: (events) => parts.onProgress?.(done + events) },
      );
      if (report === null) return { ok: false, error: { type: 'Cancelled' } };
      done += report.to - report.from + 1;
      reports.push(report);
    }
    return ok(reports);
  }

  /** What restores said of devices that the membership log does not name. Only where there is one does anybody look. */
  async #carried(
    { fingerprints }: VerificationParts,
    owners: readonly string[],
  ): Promise<ReadonlyMap<DeviceId, readonly Signer[]>> {
    const carried = new Map<DeviceId, Signer[]>();
    const named = new Set([...fingerprints.keys()].map(prefixOf));
    if (owners.every((owner) => named.has(owner))) return carried;
    for await (const { event } of this.entries({ act: 'restored' })) {
      const { device, signer } = event;
      if (device === undefined || signer === undefined) continue;
      carried.set(device, [...(carried.get(device) ?? []), signer]);
    }
    return carried;
  }

  /** For the command of FORMAT.md: `hash TAB previous TAB text`, a line each, an empty line between devices. */
  async *chainLines(): AsyncIterable<string> {
    let isFirst = true;
    for (const ids of this.#owners().values()) {
      if (!isFirst) yield '\n';
      isFirst = false;
      let previous: string | undefined;
      for (const id of ids) {
        const [state] = await this.#statesOf([id]);
        for (const link of state === undefined ? [] : readPage(state).links) {
          yield `${link.hash}\t${previous ?? link.previous ?? NO_HASH}\t${link.text}\n`;
          previous = link.hash;
        }
      }
    }
  }

  /** Everything, oldest first within a device. */
  async *entries(query: LogQuery = {}): AsyncIterable<LogEntry> {
    for (const ids of this.#owners().values()) {
      for (const id of ids) {
        const [state] = await this.#statesOf([id]);
        for (const link of state === undefined ? [] : readPage(state).links) {
          if (matches(query, link)) yield link;
        }
      }
    }
  }

  #owners(): ReadonlyMap<string, readonly RecordId[]> {
    return pagesByOwner(this.#vault.dossierIds(AUDIT_PREFIX));
  }

  #erased(): ReadonlyMap<string, readonly RecordId[]> {
    const erased = new Set<RecordId>();
    for (const { erases } of this.#vault.workspace.values()) {
      for (const each of erases ?? []) {
        if (each.type !== 'person') continue;
        for (const id of each.ids.filter(isAuditPage)) erased.add(id);
      }
    }
    return pagesByOwner([...erased].sort());
  }

  async #statesOf(ids: readonly RecordId[]): Promise<readonly RecordState[]> {
    return (await this.#read(ids)).pages;
  }

  /** What can't be read is in the list of damage too. */
  async #read(ids: readonly RecordId[]): Promise<{
    readonly pages: readonly RecordState[];
    readonly unread: readonly RecordId[];
  }> {
    const pages: RecordState[] = [];
    const unread: RecordId[] = [];
    for (const id of ids) {
      const dossier: Result<
        ReadonlyMap<RecordId, RecordState>,
        NotFound | Damaged
      > = await this.#vault.openDossier(id);
      const state = dossier.ok ? dossier.value.get(id) : undefined;
      if (state === undefined) unread.push(id);
      else pages.push(state);
    }
    return { pages, unread };
  }

  /** Of each device one page at a time. */
  async *#newestFirst(): AsyncIterable<Link> {
    const rows = await Promise.all(
      [...this.#owners().values()].map(async (ids) => {
        const row: Row = { left: [...ids], links: [] };
        await this.#fill(row);
        return row;
      }),
    );
    for (;;) {
      const next = rows.reduce<Row | undefined>((best, row) => {
        const stamp = row.links.at(-1)?.stamp;
        if (stamp === undefined) return best;
        return best === undefined || stamp > (best.links.at(-1)?.stamp ?? '') ? row : best;
      }, undefined);
      const link = next?.links.pop();
      if (next === undefined || link === undefined) return;
      yield link;
      if (next.links.length === 0) await this.#fill(next);
    }
  }

  async #fill(row: Row): Promise<void> {
    while (row.links.length === 0) {
      const id = row.left.pop();
      if (id === undefined) return;
      const [state] = await this.#statesOf([id]);
      if (state !== undefined) row.links = [...readPage(state).links];
    }
  }
}

interface Row {
  readonly left: RecordId[];
  links: Link[];
}

function matches(query: LogQuery, { device, at, event }: LogEntry): boolean {
  if (query.act !== undefined && event.act !== query.act) return false;
  if (query.device !== undefined && device !== query.device) return false;
  if (query.from !== undefined && at < query.from) return false;
  if (query.to !== undefined && at > query.to) return false;
  if (query.record === undefined) return true;
  return event.record === query.record || event.customer === query.record;
}
