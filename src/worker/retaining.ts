/** The rules of retention of the open workspace: what is past its time, and carrying them out. */

import type { Clock } from '#base/clock.ts';
import { err, type Result } from '#base/result.ts';
import { isoDay } from '#compliance/calendar.ts';
import type { RetentionView } from '#compliance/messages.ts';
import { overdueFinder, PreviewCount } from '#compliance/retention/overdue.ts';
import { runRetention, type RetentionRun } from '#compliance/retention/running.ts';
import { rulesIn } from '#compliance/retention/rules.ts';
import type { Summary } from '#domain/summary.ts';
import { isAlive } from '#domain/values.ts';
import { recordViewOf } from '#vault/views.ts';
import type { Session } from '#vault/session.ts';
import type { Cancelled, EditError } from '#vault/vault.ts';
import type { Compliance } from './compliance.ts';
import type { Erasing } from './erasing.ts';
import type { Work } from './work.ts';

/** A little less: it is asked every hour, and the checks want a look that is no older than a day. A clock that was set back does not put it off. */
const A_DAY = 23 * 60 * 60 * 1000;

export interface RetainingParts {
  readonly session: Session;
  readonly clock: Clock;
  readonly compliance: Compliance;
  readonly erasing: Erasing;
}

export class Retaining {
  readonly #parts: RetainingParts;

  constructor(parts: RetainingParts) {
    this.#parts = parts;
  }

  view(): RetentionView {
    const { session, compliance } = this.#parts;
    const { vault, role } = session;
    const today = this.#today;
    const finder = overdueFinder(rulesIn(vault.workspace), today);
    const count = new PreviewCount();
    const held: RetentionView['held'][number][] = [];
    const look = (summary: Summary): void => {
      const found = finder.find(summary);
      if (found !== null) count.add(found);
    };
    for (const batch of vault.summaries()) {
      for (const summary of batch) {
        const { id, name, company, heldUntil } = summary;
        if (heldUntil >= today) held.push({ id, name: name || company, until: heldUntil });
        look(summary);
      }
    }
    for (const summary of vault.trash()) look(summary);
    const { preview } = count;
    return {
      role,
      isDaily: compliance.policy.retentionDaily,
      backupDays: compliance.policy.backupDays,
      rules: [...vault.workspace.values()]
        .filter((state) => state.kind === 'retentionRule' && isAlive(state))
        .map(recordViewOf),
      preview: {
        ...preview,
        toReview: preview.toReview.map((id) => {
          const summary = vault.summary(id);
          return { id, name: summary?.name || summary?.company || '' };
        }),
      },
      held: held.sort((a, b) => (a.until < b.until ? -1 : 1)),
    };
  }

  /** An admin's alone: it erases. */
  async run({ signal, onProgress }: Work): Promise<Result<RetentionRun, EditError | Cancelled>> {
    const { session, erasing } = this.#parts;
    if (session.role !== 'admin') return err({ type: 'NotPermitted' });
    const ran = await runRetention(session.vault, {
      today: this.#today,
      signal,
      onProgress: (done, total) => {
        onProgress({ done, total, step: 'erasing' });
      },
    });
    // What went before a cancel or a fault is gone, and is finished like the rest.
    const finished = await erasing.finish();
    if (!ran.ok) return ran;
    if (!finished.ok) return finished;
    const { erased, anonymised, entries } = ran.value;
    const noted = await this.#note('run', erased + anonymised + entries);
    return noted.ok ? ran : noted;
  }

  /** Once a day: carried out where the policy says so, else looked at, so that the checks know. */
  async keepDaily(work: Work): Promise<void> {
    const { session, clock, compliance } = this.#parts;
    const { role, retentionAt } = session;
    const isDue = retentionAt === null || Math.abs(clock.now() - retentionAt) >= A_DAY;
    if (role === 'viewer' || !isDue || rulesIn(session.vault.workspace).size === 0) return;
    if (role === 'admin' && compliance.policy.retentionDaily) {
      await this.run(work);
      return;
    }
    const { customers, entries } = this.view().preview;
    const counts = [...Object.values(customers), ...Object.values(entries)];
    await this.#note(
      'look',
      counts.reduce((sum, each) => sum + each, 0),
    );
  }

  async #note(how: 'run' | 'look', count: number): Promise<Result<void, EditError>> {
    const { session, clock, compliance } = this.#parts;
    const noted = await session.noteRetention(clock.now());
    if (!noted.ok) return noted;
    return compliance.note({ act: 'retentionRun', outcome: 'done', how, count });
  }

  get #today(): string {
    return isoDay(this.#parts.clock.now());
  }
}
