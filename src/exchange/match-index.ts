/** Whose row is it? The customers that are there already, by the field that the person chose to match by. */

import { foldText, type Summary } from '#domain/summary.ts';
import type { Json } from '#domain/change.ts';
import type { ImportOptions } from './messages.ts';
import { phoneKey, type PhoneFormat } from './phone-numbers.ts';

type MatchField = NonNullable<ImportOptions['matchBy']>;

export type Match =
  | { readonly type: 'new'; readonly claims: readonly string[] }
  | { readonly type: 'existing'; readonly customer: Summary; readonly claims: readonly string[] }
  /** Two customers have it, or the row's own values lead to two. */
  | { readonly type: 'ambiguous' }
  /** An earlier row of the file was for the same customer. */
  | { readonly type: 'repeated' };

export class MatchIndex {
  readonly #field: MatchField;
  readonly #formatPhone: PhoneFormat;
  readonly #customers = new Map<string, Summary | 'ambiguous'>();
  /** Keys of rows that become new customers, and ids of customers that a row updates. */
  readonly #claimed = new Set<string>();

  constructor(field: MatchField, formatPhone: PhoneFormat) {
    this.#field = field;
    this.#formatPhone = formatPhone;
  }

  add(customer: Summary): void {
    if (customer.deleted) return;
    for (const key of this.#keys(this.#textsOfCustomer(customer))) {
      const known = this.#customers.get(key);
      this.#customers.set(key, known === undefined || known === customer ? customer : 'ambiguous');
    }
  }

  find(values: Readonly<Record<string, Json>>): Match {
    const keys = this.#keys(this.#textsOfRow(values));
    let customer: Summary | undefined;
    for (const key of keys) {
      const found = this.#customers.get(key);
      if (found === undefined) continue;
      if (found === 'ambiguous' || (customer !== undefined && customer !== found)) {
        return { type: 'ambiguous' };
      }
      customer = found;
    }
    const claims = customer === undefined ? keys : [customer.id];
    if (claims.some((claim) => this.#claimed.has(claim))) return { type: 'repeated' };
    return customer === undefined
      ? { type: 'new', claims }
      : { type: 'existing', customer, claims };
  }

  /** The row is taken: the next one for the same customer is a repetition. */
  claim(claims: readonly string[]): void {
    for (const claim of claims) this.#claimed.add(claim);
  }

  /** Of a row for a customer who is there: the addresses and numbers that the customer has under another label are no new ones. */
  withoutKnown(values: Record<string, Json>, customer: Summary): void {
    const emails = new Set(customer.emails.map(foldText));
    const phones = new Set(customer.phones.map((phone) => phoneKey(phone, this.#formatPhone)));
    keepElements(values, 'emails', (email) => !emails.has(foldText(email)));
    keepElements(values, 'phones', (phone) => !phones.has(phoneKey(phone, this.#formatPhone)));
  }

  #textsOfCustomer(customer: Summary): readonly string[] {
    switch (this.#field) {
      case 'email':
        return customer.emails;
      case 'phone':
        return customer.phones;
      case 'name':
      case 'company':
        return [customer[this.#field]];
    }
  }

  #textsOfRow(values: Readonly<Record<string, Json>>): readonly string[] {
    switch (this.#field) {
      case 'email':
        return elementTexts(values['emails']);
      case 'phone':
        return elementTexts(values['phones']);
      case 'name':
      case 'company': {
        const text = values[this.#field];
        return typeof text === 'string' ? [text] : [];
      }
    }
  }

  #keys(texts: readonly string[]): readonly string[] {
    const keys = texts.map((text) =>
      this.#field === 'phone'
        ? phoneKey(text, this.#formatPhone)
        : foldText(text).trim().replaceAll(/\s+/g, ' '),
    );
    return keys.filter((key) => key !== '');
  }
}

function keepElements(
  values: Record<string, Json>,
  field: string,
  isNew: (text: string) => boolean,
): void {
  const elements = values[field];
  if (!Array.isArray(elements)) return;
  const kept = (elements as { value: string }[]).filter(({ value }) => isNew(value));
  if (kept.length > 0) values[field] = kept;
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
  else delete values[field];
}

function elementTexts(elements: Json | undefined): readonly string[] {
  return Array.isArray(elements) ? (elements as { value: string }[]).map(({ value }) => value) : [];
}
