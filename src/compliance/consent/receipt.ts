/**
 * The receipt of a consent, for the person who gave it: what ISO/IEC TS 27560:2023 asks of one (header, processing, parties, events) in the
 * terms of the W3C's Data Privacy Vocabulary 2, as JSON-LD that the device signs, and as a page to print. FORMAT.md, "Receipts".
 */

import { utf8Bytes } from '#base/bytes.ts';
import type { DeviceId, WorkspaceId } from '#base/ids.ts';
import type { SigningKeys } from '#crypto/key-pairs.ts';
import { allowedSignersLine, signSsh } from '#crypto/ssh-signature.ts';
import { fieldsOf, type FieldDefinition } from '#domain/catalogue.ts';
import type { FieldName, Json } from '#domain/change.ts';
import { isList } from '#domain/json.ts';
import type { RecordState } from '#domain/record-state.ts';
import { valuesOf } from '#domain/values.ts';
import { withoutCards } from '../cards/screening.ts';
import { fieldTerms } from '../field-words.ts';
import { escapeHtml, htmlPage, termList } from '../html-page.ts';

export const RECEIPT_NAMESPACE = 'holdfast-receipt';

export interface ReceiptParts {
  readonly consent: RecordState;
  readonly customer: RecordState;
  /** Absent: it is in the register no more. */
  readonly purpose: RecordState | undefined;
  readonly workspace: { readonly id: WorkspaceId; readonly name: string };
  readonly device: DeviceId;
  /** ms since 1970. */
  readonly now: number;
}

/** The sentences of the page, in the person's language. */
export interface ReceiptWords {
  readonly language: 'en' | 'zh-CN';
  readonly title: string;
  readonly text: string;
  readonly controller: string;
  readonly person: string;
  readonly why: string;
  readonly made: string;
  readonly withdrawing: string;
}

/** Values by their names as text; '' where there is none. */
type Texts = (name: string) => string;

export async function signedReceipt(parts: ReceiptParts, signing: SigningKeys): Promise<string> {
  const receipt = receiptOf(parts);
  const signature = await signSsh(signing, RECEIPT_NAMESPACE, utf8Bytes(pretty(receipt)));
  return pretty({
    ...receipt,
    proof: {
      type: 'SSHSIG',
      namespace: RECEIPT_NAMESPACE,
      allowedSigner: allowedSignersLine(parts.device, signing.publicKey),
      signature,
    },
  });
}

function pretty(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function receiptOf({ consent, customer, purpose, workspace, device, now }: ReceiptParts): object {
  const of = textsOf(consent);
  const process = textsOf(purpose);
  const withdrawn = of('withdrawn');
  return {
    '@context': {
      dpv: 'https://w3id.org/dpv#',
      dct: 'http://purl.org/dc/terms/',
      'eu-gdpr': 'https://w3id.org/dpv/legal/eu/gdpr#',
    },
    '@id': `urn:holdfast:consent:${consent.id}`,
    '@type': 'dpv:ConsentRecord',
    'dct:conformsTo': 'https://w3id.org/dpv/schema/dpv-27560#record',
    'dct:identifier': consent.id,
    'dct:created': new Date(now).toISOString(),
    'dct:publisher': { '@id': `urn:holdfast:device:${device}` },
    'dpv:hasDataSubject': { '@id': `urn:holdfast:person:${customer.id}` },
    'dpv:hasDataController': {
      '@id': `urn:holdfast:workspace:${workspace.id}`,
      '@type': 'dpv:DataController',
      'dpv:hasName': workspace.name,
    },
    'dpv:hasNotice': { '@type': 'dpv:ConsentNotice', 'dct:hasVersion': of('notice') },
    'dpv:hasProcess': {
      '@id': `urn:holdfast:purpose:${of('purpose')}`,
      '@type': 'dpv:Process',
      'dct:hasVersion': of('purposeVersion'),
      'dpv:hasPurpose': {
        '@type': 'dpv:Purpose',
        'dct:title': process('name'),
        'dct:description': process('why'),
      },
      'dpv:hasLegalBasis': 'eu-gdpr:A6-1-a',
      'dpv:hasPersonalData': listOf(purpose, 'data'),
      'dpv:hasRecipient': listOf(purpose, 'recipients'),
      'dpv:hasDataTransfer': process('transfers'),
      'dpv:hasStorageCondition': {
        '@type': 'dpv:StorageDuration',
        'dpv:hasDuration': process('keptMonths') === '' ? '' : `P${process('keptMonths')}M`,
      },
      'dpv:hasChannel': of('channel'),
      'dpv:hasSeparateConsent': listOf(consent, 'separate'),
    },
    'dpv:hasConsentStatus': [
      {
        '@type': 'dpv:ConsentGiven',
        'dct:date': of('given'),
        'dpv:isIndicatedAtTime': of('given'),
        'dpv:hasIndicationMethod': of('method'),
        'dpv:isIndicatedBy': of('guardian') === '' ? 'dpv:DataSubject' : 'dpv:ParentOfDataSubject',
      },
      ...(withdrawn === ''
        ? []
        : [{ '@type': 'dpv:ConsentWithdrawn', 'dpv:isIndicatedAtTime': withdrawn }]),
    ],
  };
}

/** For people: the same, without what only machines read. */
export function receiptPage(parts: ReceiptParts, words: ReceiptWords): string {
  const { consent, customer, purpose, workspace, now } = parts;
  const { language } = words;
  const said = fieldsOf('consent').filter(({ name }) => name !== 'purpose');
  const about = fieldsOf('purpose').filter(({ name }) => ABOUT.includes(name));
  const terms = (fields: readonly FieldDefinition[], state: RecordState | undefined) =>
    fieldTerms(fields, valuesOut(state), language, (id) => id);
  const person = textsOf(customer);
  return htmlPage(
    words,
    `<p>${escapeHtml(words.text)}</p>
${termList([
  [words.controller, workspace.name],
  [words.person, person('name') || person('company')],
  [words.why, textsOf(purpose)('name')],
  ...terms(about, purpose),
])}
<hr>
${termList(terms(said, consent))}
<p>${escapeHtml(words.withdrawing)}</p>
${termList([[words.made, new Date(now).toISOString()]])}`,
  );
}

/** What of the purpose stands on the page. */
const ABOUT = ['why', 'data', 'recipients', 'transfers', 'keptMonths', 'notice'];

/** What may leave: the whole number of a card does not. */
function valuesOut(state: RecordState | undefined): Readonly<Record<FieldName, Json>> {
  return state === undefined ? {} : withoutCards(fieldsOf(state.kind), valuesOf(state));
}

function textsOf(state: RecordState | undefined): Texts {
  const values = valuesOut(state);
  return (name) => {
    const value = values[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
}

function listOf(state: RecordState | undefined, name: string): readonly string[] {
  const value = valuesOut(state)[name] ?? null;
  return isList(value) ? value.filter((each) => typeof each === 'string') : [];
}
