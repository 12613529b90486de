import type { DeviceId, RecordId } from '#base/ids.ts';
import type { DeviceFact } from '#compliance/checks/facts.ts';
import { registerFacts } from '#compliance/registers/facts.ts';
import { dueOf, entriesOf, REGISTERS, type Register } from '#compliance/registers/registers.ts';
import { registerTable } from '#compliance/registers/table.ts';
import type { Json } from '#domain/change.ts';
import type { Vault } from '#vault/vault.ts';
import { describe, expect, it } from 'vitest';
import { createSession, must } from '../../vault/fixture.ts';
import { packOf } from '../packs/packs.ts';

const gdpr = packOf({
  key: 'gdpr',
  parameters: new Map([
    ['request-days', { value: 30, strictest: 'min' }],
    ['extension-days', { value: 60, strictest: 'min' }],
    ['breach-hours', { value: 72, strictest: 'min' }],
  ]),
});
const pipl = packOf({
  key: 'pipl',
  parameters: new Map([['request-working-days', { value: 15, strictest: 'min' }]]),
});

async function vaultWith(
  ...entries: readonly (readonly [Register, Readonly<Record<string, Json>>])[]
): Promise<{ readonly vault: Vault; readonly ids: readonly RecordId[] }> {
  const { vault } = (await createSession()).session;
  if (entries.length === 0) return { vault, ids: [] };
  const saved = must(await vault.save(entries.map(([kind, values]) => ({ kind, values }))));
  return { vault, ids: saved.records };
}

const request = { type: 'access', person: 'Bea Lund', received: '2026-01-31' };
const at = (text: string) => Date.parse(`${text}Z`);

describe('a lost device', () => {
  const device = 'd'.repeat(26) as DeviceId;
  const fact = (keysChangedAt: number | null): DeviceFact => ({
    device,
    member: 'Bea',
    role: 'member',
    key: 'k',
    lastSeenAt: null,
    removedAt: keysChangedAt,
    keysChangedAt,
    isWiped: false,
  });

  it('is told with whether its keys changed, and closed once its risk is written down', async () => {
    const loss = { title: 'Lost device', aware: '2026-11-20T09:00', device };
    const lostOf = async (more: Readonly<Record<string, Json>>, keysChangedAt: number | null) => {
      const { vault } = await vaultWith(['incident', { ...loss, ...more }]);
      const parts = { workspace: vault.workspace, devices: [fact(keysChangedAt)], endpoint: null };
      return registerFacts(parts).lostDevices;
    };
    const written = { rating: 'none', effects: 'Sealed' };
    expect(await lostOf(written, 7)).toEqual([{ id: device, isClosed: true, keysChanged: true }]);
    expect(await lostOf({}, null)).toEqual([{ id: device, isClosed: false, keysChanged: false }]);
    const { vault } = await vaultWith(['incident', { title: 'Flood', aware: '2026-11-20T09:00' }]);
    const parts = { workspace: vault.workspace, devices: [fact(null)], endpoint: null };
    expect(registerFacts(parts).lostDevices).toBe(undefined);
  });
});

describe('a clock of a register', () => {
  it('is the earliest of the regulations that are asked', async () => {
    const { vault } = await vaultWith(['request', request]);
    const [entry] = entriesOf(vault.workspace, 'request');
    const due = (packs: readonly (typeof gdpr)[], now = '2026-02-01T00:00') =>
      dueOf(entry!, packs, at(now));
    expect(due([gdpr])).toEqual({ at: at('2026-02-28T00:00'), isLate: false });
    expect(due([gdpr, pipl])).toEqual({ at: at('2026-02-20T00:00'), isLate: false });
    expect(due([gdpr], '2026-02-28T00:01')?.isLate).toBe(true);
    expect(due([])).toBe(null);
  });

  it('runs longer where it was extended with a reason, and stops with the answer', async () => {
    const extended = { ...request, extended: '2026-02-10', reason: 'Many records' };
    const { vault } = await vaultWith(
      ['request', extended],
      ['request', { ...request, answered: '2026-02-03', identity: true }],
    );
    const entries = entriesOf(vault.workspace, 'request');
    const dues = entries.map((entry) => dueOf(entry, [gdpr], 0)?.at ?? null);
    expect(dues.sort()).toEqual([at('2026-04-30T00:00'), null].sort());
  });

  it('of an incident runs from the moment that somebody knew, unless it is no risk', async () => {
    const incident = { title: 'Lost tablet', aware: '2026-03-01T10:00:00Z' };
    const { vault } = await vaultWith(
      ['incident', incident],
      ['incident', { ...incident, rating: 'none' }],
    );
    const dues = entriesOf(vault.workspace, 'incident').map((entry) => dueOf(entry, [gdpr], 0)?.at);
    expect(dues).toContain(at('2026-03-04T10:00'));
    expect(dues).toContain(undefined);
  });
});

describe('a request', () => {
  it('is not answered before the identity is proven, and not extended without a reason', async () => {
    const { vault } = await vaultWith();
    const refused = await vault.save([
      { kind: 'request', values: { ...request, answered: '2026-02-03', extended: '2026-02-02' } },
    ]);
    expect(refused).toMatchObject({
      error: {
        type: 'Invalid',
        problems: [
          { field: 'identity', reason: 'problems.identityFirst' },
          { field: 'reason', reason: 'problems.reasonFirst' },
        ],
      },
    });
  });
});

const removed: DeviceFact = {
  device: 'd'.repeat(26) as DeviceId,
  member: 'Ines Marrow',
  role: 'member',
  key: 'k',
  lastSeenAt: null,
  removedAt: 5,
  keysChangedAt: 5,
  isWiped: false,
};

describe('facts of registers', () => {
  const factsOf = (vault: Vault, devices: readonly DeviceFact[] = [], endpoint?: string) =>
    registerFacts({ workspace: vault.workspace, devices, endpoint: endpoint ?? null });

  it('are none of empty ones', async () => {
    expect(factsOf((await vaultWith()).vault)).toEqual({});
  });

  it('tell of activities without a basis, or without what the record must say', async () => {
    const whole = {
      name: 'Deliveries',
      why: 'To deliver',
      basis: 'contract',
      people: ['customers'],
      data: ['addresses'],
      recipients: ['carrier'],
      keptMonths: 24,
      measures: 'Sealed',
    };
    const { vault, ids } = await vaultWith(
      ['purpose', whole],
      ['purpose', { name: 'Scoring', basis: 'legitimateInterests', needsAssessment: true }],
      ['purpose', { name: 'Old', ended: '2026-01-01' }],
    );
    const { purposes, processing } = factsOf(vault);
    expect(new Map(purposes?.map(({ id, hasBasis }) => [id, hasBasis]))).toEqual(
      new Map([
        [ids[0], true],
        [ids[1], false],
      ]),
    );
    expect(processing).toEqual({ activities: 2, incomplete: [ids[1]], isCurrent: true });
    // What is kept of people has changed since anybody looked at why.
    must(
      await vault.save([
        {
          kind: 'field',
          values: { kind: 'customer', name: 'x-blood', label: 'Blood group', type: 'text' },
        },
      ]),
    );
    expect(factsOf(vault).processing?.isCurrent).toBe(false);
    const [record] = ids as [RecordId];
    must(await vault.save([{ kind: 'purpose', record, values: { measures: 'Sealed twice' } }]));
    expect(factsOf(vault).processing?.isCurrent).toBe(true);
  });

  it('tell of requests, their gaps, incidents and disclosures', async () => {
    const { vault } = await vaultWith(
      ['request', { ...request, type: 'erasure', answered: '2026-02-03', identity: true }],
      ['incident', { title: 'Lost tablet', aware: '2026-03-01T10:00:00Z' }],
      ['disclosure', { date: '2026-01-01', recipient: 'Insurer' }],
    );
    const facts = factsOf(vault);
    expect(facts.requests).toMatchObject([{ kind: 'erasure', isIdentityProven: true, untold: 1 }]);
    expect(facts.requestLog).toEqual({ oldestAt: at('2026-01-31T00:00'), gaps: 1 });
    expect(facts.incidents).toMatchObject([{ rating: null, notifiedAt: null }]);
    expect(facts.disclosures).toMatchObject({ looked: 1, badCount: 1 });
  });

  it('tell of a removed device that nobody wrote down as disposed of', async () => {
    const bare = await vaultWith();
    expect(factsOf(bare.vault, [removed]).disposals).toMatchObject({ looked: 1, badCount: 1 });
    const written = { device: 'Tablet of Ines Marrow', date: '2026-01-01', method: 'wiped' };
    const { vault } = await vaultWith(['disposal', written]);
    expect(factsOf(vault, [removed]).disposals).toMatchObject({ looked: 1, badCount: 0 });
    expect(factsOf(bare.vault, [{ ...removed, isWiped: true }]).disposals?.badCount).toBe(0);
  });

  it('tell where the store lies, once its host is a processor', async () => {
    const endpoint = 'https://s3.example.com/bucket';
    expect(factsOf((await vaultWith()).vault, [], endpoint).places).toEqual([
      { id: 's3.example.com', country: null, hasBasis: false },
    ]);
    const host = { name: 'Host', address: 'https://s3.example.com', country: 'DE', basis: 'none' };
    const { vault } = await vaultWith(['processor', host]);
    expect(factsOf(vault, [], endpoint).places).toEqual([
      { id: 's3.example.com', country: 'DE', hasBasis: true },
    ]);
  });
});

describe('a register as a table', () => {
  it('has a column for every field, choices in words, and computes nothing', async () => {
    const { vault } = await vaultWith(['request', { ...request, person: '=HYPERLINK(1)' }]);
    const table = registerTable('request', entriesOf(vault.workspace, 'request'), 'en');
    expect(table).toContain('Request,Person,Received');
    expect(table).toContain("Access,'=HYPERLINK(1),2026-01-31");
    for (const register of REGISTERS) {
      expect(registerTable(register, [], 'zh-CN').endsWith('\r\n')).toBe(true);
    }
  });
});

describe('an entry', () => {
  it('is deleted and comes back by undo', async () => {
    const { vault, ids } = await vaultWith(['request', request]);
    const deleted = must(await vault.remove([{ record: ids[0]! }]));
    expect(entriesOf(vault.workspace, 'request')).toEqual([]);
    must(await vault.undo(deleted.undo, { signal: new AbortController().signal }));
    expect(entriesOf(vault.workspace, 'request').length).toBe(1);
  });
});
