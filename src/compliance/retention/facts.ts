/** What the rules of retention tell the checks: when they were last looked at, what is past its time, and whether holds say why and until when. */

import type { Dossier } from '#domain/record-state.ts';
import type { Summary } from '#domain/summary.ts';
import type { EvidenceRow } from '../checks/check.ts';
import type { Facts } from '../checks/facts.ts';
import { overdueFinder, type OverdueFinder } from './overdue.ts';
import { rulesIn } from './rules.ts';

const ROWS_KEPT = 20;

export class RetentionSurvey {
  readonly #finder: OverdueFinder | null;
  readonly #today: string;
  readonly #bad: EvidenceRow[] = [];
  readonly #holds: { id: string; isWhole: boolean }[] = [];
  #looked = 0;
  #badCount = 0;

  constructor(workspace: Dossier, now: number) {
    this.#today = new Date(now).toISOString().slice(0, 10);
    const rules = rulesIn(workspace);
    this.#finder = rules.size === 0 ? null : overdueFinder(rules, this.#today);
  }

  add(summary: Summary): void {
    if (this.#finder === null) return;
    this.#looked += 1;
    // Basis and end are asked for by the form and by everybody who takes the record in.
    if (summary.heldUntil !== '' && summary.deleted !== true)
      this.#holds.push({ id: summary.id, isWhole: true });
    const found = this.#finder.find(summary);
    if (found === null || found.isHeld) return;
    this.#badCount += 1;
    if (this.#bad.length < ROWS_KEPT) this.#bad.push({ about: 'customer', id: found.customer });
  }

  /** Without a rule nothing is told. */
  facts(lastRunAt: number | null): Pick<Facts, 'retention'> {
    if (this.#finder === null) return {};
    const overdue = { looked: this.#looked, bad: this.#bad, badCount: this.#badCount };
    return { retention: { lastRunAt, overdue, holds: this.#holds } };
  }
}
