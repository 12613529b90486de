/** What lists, filters and search know of a customer without opening it. */

import { isReserved, type RecordId } from '#base/ids.ts';
import type { Kind } from './catalogue.ts';
import type { Change, FieldName, Json } from './change.ts';
import { consentMark, type ConsentMark } from './consents.ts';
import { foldText } from './fold.ts';
import type { Dossier, RecordState } from './record-state.ts';
import { elementsOf, isAlive, valueOf, valuesOf, type ListElement } from './values.ts';

export { foldText } from './fold.ts';

/** Restriction (Art. 18 GDPR), objection (Art. 21), and the opt-out of sale and sharing (Cal. Civ. Code 1798.120). */
export const LIMITS = ['restriction', 'objection', 'optOut'] as const;

export type Limit = (typeof LIMITS)[number];

/** The name of what is left of somebody for counting, when their time was up: screens say it in words. */
export const ANONYMOUS_NAME = '—';

/** Belongings that age by a day of their own; where none is written, by the day on which they were made. */
const OWN_DAY = {
  interaction: 'when',
  transaction: 'date',
  need: null,
  feedback: 'date',
  task: 'done',
} as const satisfies Partial<Record<Kind, FieldName | null>>;

export type AgingKind = keyof typeof OWN_DAY;

export interface OpenTask {
  readonly id: RecordId;
  readonly title: string;
  /** ISO date. */
  readonly due: string;
}

export interface Summary {
  readonly id: RecordId;
  readonly name: string;
  readonly company: string;
  readonly title: string;
  readonly emails: readonly string[];
  readonly phones: readonly string[];
  /** City and country of the first address. */
  readonly place: string;
  readonly stage: string;
  readonly owner: string;
  readonly tags: readonly string[];
  readonly source: string;
  /** Open and dated ones, the first due first. */
  readonly tasks: readonly OpenTask[];
  /** ISO date of the newest living interaction; '' where there was none. */
  readonly lastContact: string;
  /** What the person said no to, or a court did: in force, each once, in the order of `LIMITS`. */
  readonly limits: readonly Limit[];
  /** ISO date until which somebody has to keep the data (the latest hold in force); '' where nobody has. */
  readonly heldUntil: string;
  /** ISO date of the newest living interaction, transaction, need or feedback; '' where there was none. */
  readonly lastActivity: string;
  /** ISO date of the oldest record of each kind that ages, deleted ones too: they are kept until somebody erases them. */
  readonly oldest: Readonly<Partial<Record<AgingKind, string>>>;
  /** Every living consent, withdrawn ones too, as they were made. */
  readonly consents: readonly ConsentMark[];
  /** ISO date on which the person was first told of the processing; '' where nobody was. */
  readonly toldOn: string;
  /** ISO date of birth of somebody who was under 18 when the record was made; '' of anybody else. */
  readonly bornOn: string;
  /** The data came from somebody else than the person (Art. 14 GDPR). */
  readonly isFromOthers: boolean;
  /** Authors' clocks, ms. */
  readonly createdAt: number;
  readonly changedAt: number;
  readonly deleted?: true;
}

/** The separator of a search text's fields: no query contains it. */
export const FIELD_SEPARATOR = '\u001f';

/** Of a customer whose own record is not there (yet), and of what is no customer, a deleted one without a name. */
export function summarise(dossier: Dossier, customer: RecordId): Summary {
  const state = dossier.get(customer);
  if (state === undefined || isReserved(customer)) return { ...NOTHING, id: customer };
  const belongings = dossier.size === 1 ? NO_BELONGINGS : summariseBelongings(dossier, customer);
  const summary: Summary = {
    id: customer,
    name: textOf(state, 'name'),
    company: textOf(state, 'company'),
    title: textOf(state, 'title'),
    emails: listTexts(state, 'emails'),
    phones: listTexts(state, 'phones'),
    place: placeOf(state),
    stage: textOf(state, 'stage'),
    owner: textOf(state, 'owner'),
    tags: elementsOf(state, 'tags').filter((tag) => typeof tag === 'string'),
    source: textOf(state, 'source'),
    tasks: belongings.tasks,
    lastContact: belongings.lastContact,
    limits: belongings.limits,
    heldUntil: belongings.heldUntil,
    lastActivity: belongings.lastActivity,
    oldest: belongings.oldest,
    consents: belongings.consents,
    toldOn: belongings.toldOn,
    bornOn: bornUnderAge(textOf(state, 'birthday'), state.created.at),
    isFromOthers: isFromOthers(valueOf(state, 'obtained')),
    createdAt: state.created.at,
    changedAt: Math.max(state.changed.at, belongings.changedAt),
  };
  return isAlive(state) ? summary : { ...summary, deleted: true };
}

/**
 * Folded, on one line: name, company, title, e-mail addresses, phones as written and as bare digits, place, tags, owner. Phones and
 * addresses of one customer stand each in its own field.
 */
export function searchText(summary: Summary): string {
  let text = `${summary.name}\u001f${summary.company}\u001f${summary.title}`;
  for (const email of summary.emails) text += FIELD_SEPARATOR + email;
  for (const phone of summary.phones)
    text += FIELD_SEPARATOR + phone + FIELD_SEPARATOR + digitsOf(phone);
  text += FIELD_SEPARATOR + summary.place;
  for (const tag of summary.tags) text += FIELD_SEPARATOR + tag;
  const folded = foldText(text + FIELD_SEPARATOR + summary.owner);
  return folded.includes('\n') || folded.includes('\r') ? folded.replace(/[\r\n]/g, ' ') : folded;
}

/** A word that must occur: as typed, or, where it looks like part of a phone number, as its digits. */
export interface QueryWord {
  readonly text: string;
  /** '' where the word is no part of a phone number, or is bare digits already. */
  readonly digits: string;
}

export function queryWords(query: string): readonly QueryWord[] {
  return foldText(query)
    .split(/\s+/)
    .filter((text) => text !== '')
    .map((text) => ({ text, digits: phoneDigits(text) }));
}

/** Every word must occur somewhere in the search text. */
export function matchesQuery(text: string, words: readonly QueryWord[]): boolean {
  return words.every(
    (word) => text.includes(word.text) || (word.digits !== '' && text.includes(word.digits)),
  );
}

type OfBelongings = Pick<
  Summary,
  | 'tasks'
  | 'lastContact'
  | 'limits'
  | 'heldUntil'
  | 'lastActivity'
  | 'oldest'
  | 'consents'
  | 'toldOn'
  | 'changedAt'
>;

/** What a customer's summary says of belongings where there are none. */
export const NO_BELONGINGS: OfBelongings = {
  tasks: [],
  lastContact: '',
  limits: [],
  heldUntil: '',
  lastActivity: '',
  oldest: {},
  consents: [],
  toldOn: '',
  changedAt: 0,
};

const NOTHING = {
  name: '',
  company: '',
  title: '',
  emails: [],
  phones: [],
  place: '',
  stage: '',
  owner: '',
  tags: [],
  source: '',
  ...NO_BELONGINGS,
  bornOn: '',
  isFromOthers: false,
  createdAt: 0,
  deleted: true,
} as const;

function summariseBelongings(dossier: Dossier, customer: RecordId): OfBelongings {
  const tasks: OpenTask[] = [];
  const limits = new Set<Json>();
  const oldest: Partial<Record<AgingKind, string>> = {};
  const consents: RecordState[] = [];
  let toldOn = '';
  let lastContact = '';
  let lastActivity = '';
  let heldUntil = '';
  let changedAt = 0;
  for (const state of dossier.values()) {
    if (state.id === customer) continue;
    changedAt = Math.max(changedAt, state.changed.at);
    const { kind } = state;
    if (isAging(kind)) {
      const day = dayOf(state, kind);
      if (ages(state, kind) && day < (oldest[kind] ?? '\uffff')) oldest[kind] = day;
      if (!isAlive(state)) continue;
      if (kind !== 'task' && day > lastActivity) lastActivity = day;
      if (kind === 'interaction' && day > lastContact && valueOf(state, 'type') !== 'note') {
        lastContact = day;
      }
      const due = kind === 'task' ? textOf(state, 'due') : '';
      if (due !== '' && valueOf(state, 'done') === null) {
        tasks.push({ id: state.id, title: textOf(state, 'title'), due });
      }
    } else if (!isAlive(state)) {
      continue;
    } else if (kind === 'limit' && valueOf(state, 'lifted') === null) {
      limits.add(valueOf(state, 'type'));
    } else if (kind === 'hold' && valueOf(state, 'lifted') === null) {
      const until = textOf(state, 'until');
      if (until > heldUntil) heldUntil = until;
    } else if (kind === 'consent') {
      consents.push(state);
    } else if (kind === 'notice') {
      const given = textOf(state, 'given');
      if (given !== '' && (toldOn === '' || given < toldOn)) toldOn = given;
    }
  }
  tasks.sort((a, b) => (a.due === b.due ? (a.id < b.id ? -1 : 1) : a.due < b.due ? -1 : 1));
  return {
    tasks,
    lastContact,
    limits: LIMITS.filter((limit) => limits.has(limit)),
    heldUntil,
    lastActivity,
    oldest,
    consents: consents
      .sort((a, b) => (a.created.stamp < b.created.stamp ? -1 : 1))
      .map((state) => consentMark(state.id, valuesOf(state))),
    toldOn,
    changedAt,
  };
}

/**
 * A customer's summary as one more change of its record makes it, without the record: for a change that is newer than all that stands there.
 * Null where the record is needed: for lists, deletions, and a wall clock that goes backwards.
 */
export function withChange(summary: Summary, change: Change): Summary | null {
  const { record, kind, set = {}, deletes, erases, at } = change;
  const isOwn = record === summary.id && kind === 'customer' && summary.deleted !== true;
  if (!isOwn || deletes !== undefined || erases !== undefined || at < summary.changedAt)
    return null;
  const values: Record<FieldName, Json> = {};
  for (const [field, write] of Object.entries(set)) {
    if (!('value' in write) || SUMMARISED_SETS.has(field)) return null;
    values[field] = write.value;
  }
  const texts = Object.fromEntries(
    SUMMARISED_TEXTS.filter((field) => Object.hasOwn(values, field)).map((field) => {
      const value = values[field];
      return [field, typeof value === 'string' ? value : ''];
    }),
  );
  const { birthday, obtained } = values;
  return {
    ...summary,
    ...texts,
    ...(birthday !== undefined && {
      bornOn: bornUnderAge(typeof birthday === 'string' ? birthday : '', summary.createdAt),
    }),
    ...(obtained !== undefined && { isFromOthers: isFromOthers(obtained) }),
    changedAt: at,
  };
}

const SUMMARISED_TEXTS = ['name', 'company', 'title', 'stage', 'owner', 'source'] as const;
/** Sets of a customer of which a summary says something. */
export const SUMMARISED_SETS: ReadonlySet<FieldName> = new Set([
  'emails',
  'phones',
  'addresses',
  'tags',
]);

const MINORITY_YEARS = 18;

/** `birthday`: ISO date, or ''. Whoever is of age when the record is made stays so. */
export function bornUnderAge(birthday: string, createdAt: number): string {
  if (birthday === '') return '';
  const [year = '', ...rest] = birthday.split('-');
  const ofAge = [String(Number(year) + MINORITY_YEARS).padStart(4, '0'), ...rest].join('-');
  return ofAge > dayOfMoment(createdAt) ? birthday : '';
}

export function isFromOthers(obtained: Json): boolean {
  return obtained === 'others' || obtained === 'public';
}

/** A task that nobody has done yet, nor deleted, does not age. */
export function ages(state: RecordState, kind: AgingKind): boolean {
  return kind !== 'task' || valueOf(state, 'done') !== null || !isAlive(state);
}

function isAging(kind: Kind): kind is AgingKind {
  return Object.hasOwn(OWN_DAY, kind);
}

/** Of ms since 1970: an author's clock, which may have said anything. */
function dayOfMoment(at: number): string {
  const LAST = Date.UTC(9999, 11, 31);
  return new Date(Math.min(Math.max(at, 0), LAST)).toISOString().slice(0, 10);
}

/** ISO date from which a belonging ages. */
export function dayOf(state: RecordState, kind: AgingKind): string {
  const field = OWN_DAY[kind];
  const own = field === null ? '' : textOf(state, field).slice(0, 10);
  return own === '' ? dayOfMoment(state.created.at).slice(0, 10) : own;
}

function textOf(state: RecordState, field: string): string {
  const value = valueOf(state, field);
  return typeof value === 'string' ? value : '';
}

function listTexts(state: RecordState, field: string): readonly string[] {
  const texts: string[] = [];
  for (const element of elementsOf(state, field)) {
    const value = typeof element === 'string' ? element : element.value;
    if (typeof value === 'string') texts.push(value);
  }
  return texts;
}

function placeOf(state: RecordState): string {
  const first = elementsOf(state, 'addresses')[0];
  return first === undefined ? '' : placeOfAddress(first);
}

/** City and country of an element of `addresses`. */
export function placeOfAddress(element: string | ListElement): string {
  if (typeof element === 'string') return '';
  const address = element.value;
  if (address === null || typeof address !== 'object') return '';
  const { city, country } = address as Record<string, Json>;
  if (typeof city !== 'string' || city === '') return typeof country === 'string' ? country : '';
  return typeof country !== 'string' || country === '' ? city : `${city}, ${country}`;
}

function digitsOf(phone: string): string {
  return foldText(phone).replace(/[^0-9]+/g, '');
}

function phoneDigits(word: string): string {
  if (!/^[0-9+()./-]+$/.test(word)) return '';
  const digits = word.replace(/[^0-9]/g, '');
  return digits.length >= 3 && digits !== word ? digits : '';
}
