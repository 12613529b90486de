/**
 * Carrying out the rules: what is past its time is erased, or goes on without anybody whose it was. A hundred customers in a commit; where
 * it is interrupted, the next run finds what is left. Nothing that is held is touched, and nothing that somebody is to decide on.
 */

import { createRecordId, type RecordId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import type { Dossier, RecordState } from '#domain/record-state.ts';
import { ages, ANONYMOUS_NAME, dayOf, type AgingKind, type Summary } from '#domain/summary.ts';
import { isAlive, valuesOf } from '#domain/values.ts';
import type { Cancelled, EditError, NewRecord, Vault } from '#vault/vault.ts';
import { holdsIn } from '../erasure/plan.ts';
import { limitsOf, overdueFinder, type Overdue } from './overdue.ts';
import { rulesIn, type Covered } from './rules.ts';

export interface RetentionRun {
  /** Customers who are no more. */
  readonly erased: number;
  readonly anonymised: number;
  /** Entries of customers who stay. */
  readonly entries: number;
}

export interface RunOptions {
  /** ISO date. */
  readonly today: string;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

const AT_ONCE = 100;

export async function runRetention(
  vault: Vault,
  { today, signal, onProgress }: RunOptions,
): Promise<Result<RetentionRun, EditError | Cancelled>> {
  const rules = rulesIn(vault.workspace);
  const finder = overdueFinder(rules, today);
  const limits = limitsOf(rules, today);
  const due: Overdue[] = [];
  const look = (summary: Summary): void => {
    const found = finder.find(summary);
    if (found !== null && !found.isHeld && found.action !== 'review') due.push(found);
  };
  for (const batch of vault.summaries()) for (const summary of batch) look(summary);
  for (const summary of vault.trash()) look(summary);
  const run = { erased: 0, anonymised: 0, entries: 0 };
  for (let from = 0; from < due.length; from += AT_ONCE) {
    if (signal.aborted) return err({ type: 'Cancelled' });
    const ids: RecordId[] = [];
    const rest: NewRecord[] = [];
    let records = 0;
    for (const { customer, action, entries } of due.slice(from, from + AT_ONCE)) {
      const opened = await vault.openDossier(customer);
      if (!opened.ok) {
        // Somebody else erased them meanwhile.
        if (opened.error.type === 'NotFound') continue;
        return opened;
      }
      const dossier = opened.value;
      // As it stands now: it may have changed since the look at the summaries.
      const isRestricted = vault.summary(customer)?.limits.includes('restriction') === true;
      if (isRestricted || holdsIn(dossier, today).length > 0) continue;
      if (action === null) {
        const old = oldEntries(dossier, entries, limits);
        ids.push(...old);
        records += old.length;
        run.entries += old.length;
        continue;
      }
      ids.push(customer);
      records += dossier.size;
      if (action === 'anonymise') {
        rest.push(...anonymous(dossier, customer));
        run.anonymised += 1;
      } else run.erased += 1;
    }
    if (ids.length > 0) {
      // First what stays, so that a crash in between loses nothing: twice is better than never, and the next run takes the person.
      const written = rest.length === 0 ? ok() : await vault.add(rest);
      if (!written.ok) return written;
      const erased = await vault.erase([{ type: 'person', ids }], {
        reason: 'retention',
        records,
      });
      if (!erased.ok) return erased;
    }
    onProgress(Math.min(from + AT_ONCE, due.length), due.length);
  }
  return ok(run);
}

function oldEntries(
  dossier: Dossier,
  kinds: readonly AgingKind[],
  limits: ReadonlyMap<Covered, string>,
): readonly RecordId[] {
  return [...dossier.values()].filter((state) => isPast(state, kinds, limits)).map(({ id }) => id);
}

/** As the summary sees it, deleted ones too. */
function isPast(
  state: RecordState,
  kinds: readonly AgingKind[],
  limits: ReadonlyMap<Covered, string>,
): boolean {
  const kind = kinds.find((each) => each === state.kind);
  if (kind === undefined || !ages(state, kind)) return false;
  return dayOf(state, kind) < (limits.get(kind) ?? '');
}

/** What stays for counting, as somebody new whom nothing joins to the one who goes: where they stood, and what was bought when. */
function anonymous(dossier: Dossier, customer: RecordId): readonly NewRecord[] {
  const state = dossier.get(customer);
  if (state === undefined || !isAlive(state)) return [];
  const record = createRecordId();
  const kept = (of: RecordState, fields: readonly string[]) =>
    Object.fromEntries(Object.entries(valuesOf(of)).filter(([name]) => fields.includes(name)));
  const transactions = [...dossier.values()].filter(
    (each) => each.kind === 'transaction' && isAlive(each),
  );
  return [
    {
      record,
      kind: 'customer',
      values: { name: ANONYMOUS_NAME, ...kept(state, ['stage', 'source']) },
    },
    ...transactions.map((each) => ({
      record: createRecordId(),
      kind: 'transaction' as const,
      customer: record,
      values: kept(each, ['date', 'amount', 'currency', 'status']),
    })),
  ];
}
