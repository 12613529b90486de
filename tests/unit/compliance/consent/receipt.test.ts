import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { utf8Bytes } from '#base/bytes.ts';
import type { DeviceId, RecordId, WorkspaceId } from '#base/ids.ts';
import {
  RECEIPT_NAMESPACE,
  receiptPage,
  signedReceipt,
  type ReceiptParts,
} from '#compliance/consent/receipt.ts';
import { createDeviceKeys } from '#crypto/device-keys.ts';
import { verifySsh } from '#crypto/ssh-signature.ts';
import { applyChange, createErasures } from '#domain/apply.ts';
import { fieldsOf, type Kind } from '#domain/catalogue.ts';
import type { Json } from '#domain/change.ts';
import { changeOf } from '#domain/edits.ts';
import { describe, expect, it } from 'vitest';
import { findOrSkip } from '../../../programs.ts';
import { stampOf } from '../../domain/arbitraries.ts';

function stateOf(letter: string, kind: Kind, values: Readonly<Record<string, Json>>) {
  const record = letter.repeat(26) as RecordId;
  const change = changeOf({
    record,
    kind,
    values,
    fields: fieldsOf(kind),
    stamp: stampOf(1),
    at: 1,
  });
  return applyChange(undefined, change, createErasures())!;
}

const parts: ReceiptParts = {
  customer: stateOf('k', 'customer', { name: 'Bea Lund' }),
  purpose: stateOf('p', 'purpose', {
    name: 'News <of the harbour>',
    why: 'A letter a month',
    data: ['Email'],
    recipients: ['A printer'],
    keptMonths: 24,
  }),
  consent: stateOf('c', 'consent', {
    purpose: 'p'.repeat(26),
    purposeVersion: 2,
    notice: '2',
    channel: 'email',
    method: 'written',
    given: '2026-11-20T09:00',
    separate: ['sharing'],
    evidence: 'Told at the counter',
    withdrawn: '2026-11-21T10:00',
  }),
  workspace: { id: 'w'.repeat(26) as WorkspaceId, name: 'Kelp & Sons' },
  device: 'd'.repeat(26) as DeviceId,
  now: Date.UTC(2026, 10, 22),
};

interface Receipt {
  readonly proof: { readonly allowedSigner: string; readonly signature: string };
  readonly 'dpv:hasConsentStatus': readonly Readonly<Record<string, string>>[];
}

/** What was signed: all but the proof, as it stood. */
function signedPart(text: string): { readonly proof: Receipt['proof']; readonly signed: string } {
  const { proof, ...rest } = JSON.parse(text) as Receipt;
  return { proof, signed: `${JSON.stringify(rest, null, 2)}\n` };
}

describe('the receipt of a consent', () => {
  it('says purpose, parties, both events and the version, and no address of the person', async () => {
    const { signing } = await createDeviceKeys();
    const text = await signedReceipt(parts, signing);
    expect(JSON.parse(text)).toMatchObject({
      '@type': 'dpv:ConsentRecord',
      'dct:identifier': 'c'.repeat(26),
      'dpv:hasDataController': { 'dpv:hasName': 'Kelp & Sons' },
      'dpv:hasProcess': {
        'dct:hasVersion': '2',
        'dpv:hasRecipient': ['A printer'],
        'dpv:hasStorageCondition': { 'dpv:hasDuration': 'P24M' },
        'dpv:hasSeparateConsent': ['sharing'],
      },
      'dpv:hasConsentStatus': [
        { '@type': 'dpv:ConsentGiven', 'dpv:hasIndicationMethod': 'written' },
        { '@type': 'dpv:ConsentWithdrawn', 'dpv:isIndicatedAtTime': '2026-11-21T10:00' },
      ],
    });
  });

  it('is signed, and altered it is not', async () => {
    const { signing } = await createDeviceKeys();
    const { proof, signed } = signedPart(await signedReceipt(parts, signing));
    const check = (message: string) =>
      verifySsh({
        armored: proof.signature,
        namespace: RECEIPT_NAMESPACE,
        message: utf8Bytes(message),
      });
    expect((await check(signed)).ok).toBe(true);
    expect((await check(signed.replace('P24M', 'P25M'))).ok).toBe(false);
  });

  it.skipIf(findOrSkip('ssh-keygen') === null)('is verified by ssh-keygen', async () => {
    const { signing } = await createDeviceKeys();
    const { proof, signed } = signedPart(await signedReceipt(parts, signing));
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-receipt-'));
    try {
      writeFileSync(join(folder, 'signers'), `${proof.allowedSigner}\n`);
      writeFileSync(join(folder, 'signature'), proof.signature);
      const verified = spawnSync(
        'ssh-keygen',
        [
          ...['-Y', 'verify', '-f', join(folder, 'signers'), '-I', parts.device],
          ...['-n', RECEIPT_NAMESPACE, '-s', join(folder, 'signature')],
        ],
        { input: signed, encoding: 'utf8' },
      );
      expect(verified.stdout).toContain('Good "holdfast-receipt" signature');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is a page without script, in which nothing of a value is markup', () => {
    const words = {
      language: 'en' as const,
      title: 'Receipt',
      text: 'Your copy',
      controller: 'Responsible',
      person: 'Given by',
      why: 'Purpose',
      made: 'Made',
      withdrawing: 'At any time',
    };
    const page = receiptPage(parts, words);
    expect(page).toContain('News &lt;of the harbour&gt;');
    expect(page).toContain('Kelp &amp; Sons');
    expect(page).toContain('<dt>Method</dt><dd>In writing</dd>');
    expect(page).toContain('Sharing with others');
    expect(page).toContain('<dt>Evidence</dt><dd>Told at the counter</dd>');
    expect(page).toContain('<dt>Given</dt><dd>2026-11-20 09:00</dd>');
    expect(page).not.toContain('<script');
  });
});
