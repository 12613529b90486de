/** What somebody said of the use of their data: consents, limits, notices and holds of one customer, and what follows from them. */

import type { RecordId } from '#base/ids.ts';
import type { Kind } from '#domain/catalogue.ts';
import type { Json } from '#domain/change.ts';
import { consentMark, consentState, purposeOf, type Purpose } from '#domain/consents.ts';
import { LIMITS, type Limit } from '#domain/summary.ts';
import type {
  CustomerView,
  NotFound,
  OpenError,
  ReceiptFormat,
  RecordView,
} from '#worker/vault-api.ts';
import { isoDateOf, isoDateTimeOf } from './calendar.ts';
import type { Choice } from './catalogue.svelte.ts';
import { commit } from './commit.ts';
import { download } from './download.ts';
import { Registers } from './registers.svelte.ts';
import { language } from './texts.svelte.ts';
import { vault } from './vault.ts';

/** The purposes that people consent to, as the register has them. */
export class Purposes {
  readonly #registers = new Registers();

  /** Undefined until they have been read; those that have not ended. */
  get list(): readonly Purpose[] | undefined {
    return this.#registers.view?.entries.purpose
      .map(({ id, values }) => purposeOf(id, values))
      .filter(({ hasEnded }) => !hasEnded);
  }

  get choices(): readonly Choice[] {
    return (this.list ?? []).map(({ id, name }) => ({ value: id, label: name }));
  }
}

export function papersOf(view: CustomerView, kind: Kind): readonly RecordView[] {
  return view.belongings.filter((record) => record.kind === kind);
}

/** In force, in the order of `LIMITS`. */
export function limitsOf(view: CustomerView): readonly Limit[] {
  const inForce = papersOf(view, 'limit').filter(({ values }) => values['lifted'] === undefined);
  return LIMITS.filter((limit) => inForce.some(({ values }) => values['type'] === limit));
}

/** Of one consent. */
export function stateOfConsent({ id, values }: RecordView, purpose: Purpose | undefined) {
  const mark = consentMark(id, values);
  if (purpose !== undefined) return consentState([mark], purpose);
  return mark.withdrawn === '' ? 'valid' : 'withdrawn';
}

/** Purposes on consent that the person has not consented to as they are now. */
export function purposesToAsk(
  view: CustomerView,
  purposes: readonly Purpose[],
): readonly Purpose[] {
  const consents = papersOf(view, 'consent').map(({ id, values }) => consentMark(id, values));
  return purposes.filter(
    (purpose) => purpose.basis === 'consent' && consentState(consents, purpose) !== 'valid',
  );
}

/** As simple as giving it (Art. 7(3) GDPR). */
export function withdrawConsent(customer: RecordId, record: RecordView): Promise<unknown> {
  const withdrawn = isoDateTimeOf(new Date());
  return change(customer, record, { withdrawn }, language.texts.privacy.withdrawnSaid);
}

/** Of a restriction, an objection or a hold. */
export function lift(customer: RecordId, record: RecordView): Promise<unknown> {
  const lifted = isoDateOf(new Date());
  return change(customer, record, { lifted }, language.texts.privacy.liftedSaid);
}

function change(
  customer: RecordId,
  { id, kind }: RecordView,
  values: Readonly<Record<string, Json>>,
  said: string,
): Promise<unknown> {
  return commit(vault.save([{ record: id, kind, customer, values }]), said);
}

export async function downloadReceipt(
  customer: RecordId,
  consent: RecordId,
  format: ReceiptFormat,
): Promise<NotFound | OpenError | undefined> {
  const file = await vault.consentReceipt(customer, consent, format, {
    ...language.texts.receipt,
    language: language.current,
  });
  if (!file.ok) return file.error;
  download(file.value.name, file.value.blob);
  return undefined;
}
