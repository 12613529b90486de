/** What the rules of retention tell the checks: when they were last looked at, what is past its time, and whether holds say why and until when. */

import type { RecordId } from '#base/ids.ts';
import type { Dossier } from '#domain/record-state.ts';
import type { Summary } from '#domain/summary.ts';
import type { Vault } from '#vault/vault.ts';
import { isoDay } from '../calendar.ts';
import type { Facts } from '../checks/facts.ts';
import { Looking } from '../checks/looking.ts';
import { holdsIn } from '../erasure/plan.ts';
import { overdueFinder, type OverdueFinder } from './overdue.ts';
import { rulesIn } from './rules.ts';

export class RetentionSurvey {
  readonly #vault: Pick<Vault, 'openDossier'>;
  readonly #finder: OverdueFinder | null;
  readonly #today: string;
  readonly #overdue = new Looking();
  readonly #held: RecordId[] = [];

  constructor(vault: Pick<Vault, 'openDossier'> & { readonly workspace: Dossier }, now: number) {
    this.#vault = vault;
    this.#today = isoDay(now);
    const rules = rulesIn(vault.workspace);
    this.#finder = rules.size === 0 ? null : overdueFinder(rules, this.#today);
  }

  add(summary: Summary): void {
    if (this.#finder === null) return;
    if (summary.heldUntil >= this.#today) this.#held.push(summary.id);
    const found = this.#finder.find(summary);
    this.#overdue.add(summary.id, found === null || found.isHeld);
  }

  /** Without a rule nothing is told. */
  async facts(lastRunAt: number | null): Promise<Pick<Facts, 'retention'>> {
    if (this.#finder === null) return {};
    const holds: { id: string; isWhole: boolean }[] = [];
    for (const customer of this.#held) {
      const dossier = await this.#vault.openDossier(customer);
      if (!dossier.ok) continue;
      for (const { id, basis } of holdsIn(dossier.value, this.#today)) {
        holds.push({ id, isWhole: basis.trim() !== '' });
      }
    }
    return { retention: { lastRunAt, overdue: this.#overdue.looked, holds } };
  }
}
