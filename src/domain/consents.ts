/**
 * What somebody's consents come to, by purpose and channel (Art. 7 GDPR; PIPL 14, 15). A consent is to the version of the purpose that the
 * person was told of: where the purpose has changed since, they are asked again.
 */

import type { RecordId } from '#base/ids.ts';
import type { FieldName, Json } from './change.ts';
import { isList } from './json.ts';

type Values = Readonly<Record<FieldName, Json>>;

/** One consent. */
export interface ConsentMark {
  readonly id: RecordId;
  /** Of a processing activity, and the version of it that was consented to. */
  readonly purpose: string;
  readonly version: number;
  readonly channel: string;
  /** ISO 8601. */
  readonly given: string;
  /** '' while it stands. */
  readonly withdrawn: string;
  readonly separate: readonly string[];
  /** Given by a guardian. */
  readonly isByGuardian: boolean;
  /** It says of which notice the person knew. */
  readonly hasNotice: boolean;
}

/** A processing activity, as far as consents go. */
export interface Purpose {
  readonly id: RecordId;
  readonly name: string;
  readonly basis: string;
  /** Counts from 1; it rises with every change of what people were told. */
  readonly version: number;
  readonly hasEnded: boolean;
  /** What PIPL 23 and 39 ask to be consented to by itself. */
  readonly separate: readonly ('sharing' | 'crossBorder')[];
}

/** A channel that stands for every one. */
const ANY_CHANNEL = 'any';

/** `outdated`: it stands, to a version of the purpose that is no more. */
export type ConsentState = 'valid' | 'outdated' | 'withdrawn' | 'missing';

export function consentMark(id: RecordId, values: Values): ConsentMark {
  const separate = values['separate'] ?? null;
  return {
    id,
    purpose: textIn(values, 'purpose'),
    version: numberIn(values, 'purposeVersion', 0),
    channel: textIn(values, 'channel'),
    given: textIn(values, 'given'),
    withdrawn: textIn(values, 'withdrawn'),
    separate: isList(separate) ? separate.filter((each) => typeof each === 'string') : [],
    isByGuardian: textIn(values, 'guardian') !== '',
    hasNotice: textIn(values, 'notice') !== '',
  };
}

export function purposeOf(id: RecordId, values: Values): Purpose {
  const recipients = values['recipients'] ?? null;
  return {
    id,
    name: textIn(values, 'name'),
    basis: textIn(values, 'basis'),
    version: numberIn(values, 'version', 1),
    hasEnded: textIn(values, 'ended') !== '',
    separate: [
      ...(isList(recipients) && recipients.length > 0 ? (['sharing'] as const) : []),
      ...(textIn(values, 'transfers') === '' ? [] : (['crossBorder'] as const)),
    ],
  };
}

/** On the channel; without one, on any that there is a consent for. The order in which consents were given and withdrawn is of no matter. */
export function consentState(
  consents: readonly ConsentMark[],
  { id, version }: Pick<Purpose, 'id' | 'version'>,
  channel?: string,
): ConsentState {
  const own = consents.filter(
    (consent) =>
      consent.purpose === id &&
      (channel === undefined || consent.channel === channel || consent.channel === ANY_CHANNEL),
  );
  const standing = own.filter(({ withdrawn }) => withdrawn === '');
  if (standing.some((consent) => consent.version >= version)) return 'valid';
  if (standing.length > 0) return 'outdated';
  return own.length > 0 ? 'withdrawn' : 'missing';
}

function textIn(values: Values, name: FieldName): string {
  const value = values[name];
  return typeof value === 'string' ? value : '';
}

function numberIn(values: Values, name: FieldName, otherwise: number): number {
  const value = values[name];
  return typeof value === 'number' ? value : otherwise;
}
