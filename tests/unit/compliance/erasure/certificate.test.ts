import type { DeviceId, RecordId, WorkspaceId } from '#base/ids.ts';
import {
  erasureCertificate,
  erasureList,
  readErasureList,
  readSigned,
} from '#compliance/erasure/certificate.ts';
import { fingerprint } from '#crypto/ssh-signature.ts';
import { createDeviceKeys } from '#crypto/device-keys.ts';
import { describe, expect, it } from 'vitest';

const certified = {
  erasure: 'e'.repeat(26) as RecordId,
  workspace: 'w'.repeat(26) as WorkspaceId,
  reason: 'request',
  records: 12,
  erasedAt: '2026-11-23T09:00:00.000Z',
  completeAt: null,
  by: 'd'.repeat(26) as DeviceId,
};

describe('a certificate', () => {
  it('says both dates and is signed', async () => {
    const { signing } = await createDeviceKeys();
    const done = { ...certified, completeAt: '2026-11-25T09:00:00.000Z' };
    const text = await erasureCertificate(done, signing);
    const read = await readSigned(text);
    expect(read?.signer.fingerprint).toBe(await fingerprint(signing.publicKey));
    expect(read?.lines).toContain('Erased on the device: 2026-11-23T09:00:00.000Z');
    expect(read?.lines).toContain(
      'Complete on all devices and in the store: 2026-11-25T09:00:00.000Z',
    );
    expect(await erasureCertificate(certified, signing)).toContain('in the store: not yet');
  });

  it('that was altered is none', async () => {
    const { signing } = await createDeviceKeys();
    const text = await erasureCertificate(certified, signing);
    expect(await readSigned(text.replace('12', '13'))).toBe(null);
    expect(await readSigned('Not a certificate')).toBe(null);
  });
});

describe('the list of erasures', () => {
  it('names ids and nothing else', async () => {
    const { signing } = await createDeviceKeys();
    const erasures = [{ type: 'person', ids: ['p'.repeat(26) as RecordId] }] as const;
    const read = await readSigned(
      await erasureList(certified.workspace, Date.UTC(2026, 10, 23), erasures, signing),
    );
    expect(read?.lines).toEqual([
      'Holdfast list of erasures, format 1',
      `Workspace: ${certified.workspace}`,
      'Through: 2026-11-23T00:00:00.000Z',
      JSON.stringify(erasures[0]),
      `Signed by: ${read?.signer.fingerprint}`,
    ]);
  });

  it('is read again as it was signed, and not otherwise', async () => {
    const { signing } = await createDeviceKeys();
    const through = Date.UTC(2026, 10, 23);
    const record = 'p'.repeat(26) as RecordId;
    const erasures = [
      { type: 'person', ids: [record] },
      { type: 'field', record, field: 'notes' },
    ] as const;
    const text = await erasureList(certified.workspace, through, erasures, signing);
    const read = await readErasureList(text);
    expect(read).toMatchObject({ workspace: certified.workspace, through, erasures });
    expect(read?.signer.fingerprint).toBe(await fingerprint(signing.publicKey));
    expect(await readErasureList(text.replace('person', 'persom'))).toBe(null);
    expect(await readErasureList(await erasureCertificate(certified, signing))).toBe(null);
    expect(await readErasureList('')).toBe(null);
  });
});
