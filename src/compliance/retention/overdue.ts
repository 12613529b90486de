/** Who and what is kept longer than the rules say, as far as summaries tell: enough for a preview of 100,000 customers without opening one. */

import type { RecordId } from '#base/ids.ts';
import { ANONYMOUS_NAME, type AgingKind, type Summary } from '#domain/summary.ts';
import { isoDay, monthsAfter } from '../calendar.ts';
import type { Covered, RetentionAction, RetentionRule } from './rules.ts';

type Aged = Pick<
  Summary,
  'id' | 'name' | 'createdAt' | 'lastActivity' | 'oldest' | 'heldUntil' | 'limits' | 'deleted'
>;

/** What one customer has that is past its time. */
export interface Overdue {
  readonly customer: RecordId;
  /** What the rule on customers says of the whole of it; null: it is not past its time as a whole. */
  readonly action: RetentionAction | null;
  /** Kinds of which at least one entry is past its time, where the whole is not to go. */
  readonly entries: readonly AgingKind[];
  /** Somebody has to keep it, or the person wants it kept (Art. 18(1)(b), (c) GDPR): nothing of it goes. */
  readonly isHeld: boolean;
}

export interface OverdueFinder {
  /** Null: nothing of it is past its time. */
  find(summary: Aged): Overdue | null;
}

/** `today`: ISO date. Something is past its time on the day after its last month. */
export function overdueFinder(
  rules: ReadonlyMap<Covered, RetentionRule>,
  today: string,
): OverdueFinder {
  const limits = limitsOf(rules, today);
  const whole = rules.get('customer');
  const wholeLimit = limits.get('customer');
  const kinds = [...limits.keys()].filter((kind): kind is AgingKind => kind !== 'customer');
  return {
    find(summary) {
      const isHeld = summary.heldUntil >= today || summary.limits.includes('restriction');
      if (whole !== undefined && wholeLimit !== undefined) {
        const isDone = whole.action === 'anonymise' && summary.name === ANONYMOUS_NAME;
        if (!isDone && agedFrom(summary, whole) < wholeLimit) {
          // Of whoever is deleted already there is nothing to decide and nothing to count.
          const action = summary.deleted === true ? 'erase' : whole.action;
          return { customer: summary.id, action, entries: [], isHeld };
        }
      }
      const entries = kinds.filter((kind) => {
        const oldest = summary.oldest[kind];
        return oldest !== undefined && oldest < (limits.get(kind) ?? '');
      });
      return entries.length === 0 ? null : { customer: summary.id, action: null, entries, isHeld };
    },
  };
}

/** Of each kind with a rule: what is of before this ISO date is past its time. */
export function limitsOf(
  rules: ReadonlyMap<Covered, RetentionRule>,
  today: string,
): ReadonlyMap<Covered, string> {
  const now = Date.parse(today);
  return new Map([...rules].map(([covers, { months }]) => [covers, limitOf(now, months)]));
}

/**
 * [Note: Months backwards] The last day of which a record is past its time is found by counting forwards, as the law does: 31 August and
 * six months is 28 February, and from 1 March on it is past. Going backwards from 28 February would come to 28 August.
 */
function limitOf(now: number, months: number): string {
  const DAY = 24 * 60 * 60 * 1000;
  let day = monthsAfter(now, -months);
  while (monthsAfter(day, months) < now) day += DAY;
  while (monthsAfter(day - DAY, months) >= now) day -= DAY;
  return isoDay(day);
}

function agedFrom({ createdAt, lastActivity }: Aged, { trigger }: RetentionRule): string {
  const created = isoDay(Math.max(createdAt, 0));
  return trigger === 'lastActivity' && lastActivity > created ? lastActivity : created;
}

export interface RetentionPreview {
  /** Customers as a whole, by what the rule says of them. */
  readonly customers: Readonly<Record<RetentionAction, number>>;
  /** Customers of whom entries of these kinds are past their time. */
  readonly entries: Readonly<Partial<Record<AgingKind, number>>>;
  /** Past their time and held. */
  readonly held: number;
  /** The first of those that an admin is to decide on. */
  readonly toReview: readonly RecordId[];
}

const REVIEWED_AT_ONCE = 100;

/** Adds up what a finder finds. */
export class PreviewCount {
  readonly #customers: Record<RetentionAction, number> = { erase: 0, anonymise: 0, review: 0 };
  readonly #entries: Partial<Record<AgingKind, number>> = {};
  readonly #toReview: RecordId[] = [];
  #held = 0;

  add({ customer, action, entries, isHeld }: Overdue): void {
    if (isHeld) {
      this.#held += 1;
      return;
    }
    if (action !== null) this.#customers[action] += 1;
    if (action === 'review' && this.#toReview.length < REVIEWED_AT_ONCE) {
      this.#toReview.push(customer);
    }
    for (const kind of entries) this.#entries[kind] = (this.#entries[kind] ?? 0) + 1;
  }

  get preview(): RetentionPreview {
    return {
      customers: this.#customers,
      entries: this.#entries,
      held: this.#held,
      toReview: this.#toReview,
    };
  }
}
