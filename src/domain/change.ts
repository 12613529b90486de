/** A change: what was said of one record at one moment. Everything that alters a workspace arrives as changes. */

import type { DeviceId, RecordId } from '#base/ids.ts';
import type { Kind } from './catalogue.ts';
import type { Stamp } from './stamp.ts';

export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export type FieldName = string;

/** One element of a set: the text of a tag, the id of an e-mail address in its list. */
export type ElementKey = string;

export interface ValueWrite {
  readonly value: Json;
  /** Stamps of the values that the author saw there and means to replace: usually one, several where a conflict is settled; absent: none. */
  readonly over?: readonly Stamp[];
}

export interface SetWrite {
  /** Elements added, or given a new value. */
  readonly add?: Readonly<Record<ElementKey, Json>>;
  /** Elements removed: for each, the add stamps that the author saw. An add that the author had not seen wins. */
  readonly remove?: Readonly<Record<ElementKey, readonly Stamp[]>>;
}

/** Final. Names every id of a person, or one field of a record, or one value of it by its stamp. */
export type Erasure =
  | { readonly type: 'person'; readonly ids: readonly RecordId[] }
  | { readonly type: 'field'; readonly record: RecordId; readonly field: FieldName }
  | {
      readonly type: 'value';
      readonly record: RecordId;
      readonly field: FieldName;
      readonly stamp: Stamp;
    };

export interface Change {
  readonly record: RecordId;
  readonly kind: Kind;
  /** The customer that the record belongs to; absent for a customer itself and for records of the workspace. */
  readonly customer?: RecordId;
  readonly stamp: Stamp;
  /** The author's wall clock, ms since 1970: for people, never for order. */
  readonly at: number;
  readonly set?: Readonly<Record<FieldName, ValueWrite | SetWrite>>;
  /** A deletion: per device, the newest stamp of the record that the author had seen. */
  readonly deletes?: Readonly<Record<DeviceId, Stamp>>;
  readonly erases?: Erasure;
}

/** Names of fields are the catalogue's, or given by it: never what a person typed. */
export function isFieldName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text);
}

const ELEMENT_KEY_LIMIT = 200;

/** `__proto__` is no key of a plain object; every other text is, as long as only own properties are read. */
export function isElementKey(text: string): boolean {
  return text.length > 0 && text.length <= ELEMENT_KEY_LIMIT && text !== '__proto__';
}
