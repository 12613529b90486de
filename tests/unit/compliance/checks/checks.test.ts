import { run } from '#compliance/checks/check.ts';
import type { Facts } from '#compliance/checks/facts.ts';
import { checkOf, CHECKS } from '#compliance/checks/index.ts';
import { parametersFor, strictest } from '#compliance/packs/parameters.ts';
import type { Control } from '#compliance/packs/pack.ts';
import { readShipped } from '#compliance/packs/shipped.ts';
import { SHIPPED_PACKS } from '#compliance/policy.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { must } from '../../vault/fixture.ts';
import { readPolicyFile } from '../packs/packs.ts';
import { ALSO_BAD, BAD, DAY, dirty, GOOD, NOW, overdue as lateRequest } from './facts.ts';

const packs = await Promise.all(
  SHIPPED_PACKS.map(
    async (key) =>
      must(await readShipped(key, (path) => Promise.resolve(readPolicyFile(path)))).pack,
  ),
);
const controls = packs.flatMap((pack) =>
  pack.controls.map((control) => ({
    control,
    parameters: parametersFor(pack, strictest(packs)),
  })),
);

function judge(id: string, facts: Facts) {
  const { control, parameters } = controls.find((each) => each.control.id === id)!;
  return run(checkOf(control), facts, parameters, NOW);
}

const partsOf = (id: string) => CHECKS.get(id)!.parts;
const needsOf = (id: string) => partsOf(id).flatMap(({ needs }) => needs);

const badMail = {
  total: 2,
  badEmails: 1,
  badPhones: 0,
  bad: [{ about: 'customer', id: 'c', found: 'emails' }],
} as const;

const judged = controls.filter(({ control }) => control.kind !== 'attestation');
const attested = controls.filter(({ control }) => control.kind === 'attestation');

describe('a check', () => {
  it('there is for every control that data or settings can judge, more than sixty of them', () => {
    expect(judged.length).toBeGreaterThanOrEqual(60);
    for (const { control } of judged) expect(CHECKS.has(control.id), control.id).toBe(true);
    expect(Object.keys(BAD).sort()).toEqual(judged.map(({ control }) => control.id).sort());
  });

  it('reads the parameters that its control names, and no others', () => {
    for (const { control } of judged) {
      const parameters = partsOf(control.id).flatMap((part) => part.parameters);
      expect([...control.parameters].sort(), control.id).toEqual([...parameters].sort());
    }
  });

  describe.each(judged.map(({ control }) => [control.id, control] as const))('of %s', (id) => {
    it('passes on facts that are as they should be, and shows them', () => {
      const finding = judge(id, GOOD);
      expect(finding).toMatchObject({ outcome: 'pass', missing: [] });
      expect(finding.rows.length).toBeGreaterThan(0);
    });

    it('fails on one that is not, and names it', () => {
      const [facts, hit] = BAD[id]!;
      const finding = judge(id, { ...GOOD, ...facts });
      expect(finding.outcome).toBe('fail');
      expect(finding.rows.map((row) => row.id)).toContain(hit);
    });

    it('is not run where nobody could tell, and says what is missing', () => {
      const needs = needsOf(id);
      expect(judge(id, {})).toEqual({ outcome: 'notRun', rows: [], counted: 0, missing: needs });
      for (const source of needs) {
        const { [source]: _, ...others } = GOOD;
        expect(judge(id, others)).toMatchObject({ outcome: 'notRun', missing: [source] });
      }
    });
  });

  it.each(ALSO_BAD)('of %s fails on %j too, and names it', (id, facts, hit) => {
    const finding = judge(id, { ...GOOD, ...facts });
    expect(finding.outcome).toBe('fail');
    expect(finding.rows.map((row) => row.id)).toContain(hit);
  });

  it('never passes on facts in which there is nothing to show', () => {
    const empty: Facts = {
      devices: [],
      factors: [],
      purposes: [],
      requests: [],
      incidents: [],
      notices: [],
      lostDevices: [],
      corrections: [],
      oldBackups: [],
      customers: { total: 0, badEmails: 0, badPhones: 0, bad: [] },
    };
    for (const { control } of judged) {
      expect(judge(control.id, empty).outcome, control.id).not.toBe('pass');
    }
  });

  it('is not run where the pack gives no value that it reads', () => {
    const { control } = judged.find((each) => each.control.id === 'P9')!;
    expect(run(checkOf(control), GOOD, new Map(), NOW)).toMatchObject({
      outcome: 'notRun',
      missing: ['unlock-tries', 'lockout-minutes'],
    });
  });

  it('of fewer facts passes no more often', () => {
    const sources = Object.keys(GOOD) as (keyof typeof GOOD)[];
    fc.assert(
      fc.property(fc.subarray(sources), fc.constantFrom(...judged), (kept, { control }) => {
        const fewer = Object.fromEntries(kept.map((source) => [source, GOOD[source]])) as Facts;
        const isWhole = needsOf(control.id).every((source) => kept.includes(source));
        expect(judge(control.id, fewer).outcome === 'pass').toBe(isWhole);
      }),
    );
  });

  it.each([
    ['G3', 'duplicates', { customers: badMail }, 'c'],
    ['G9', 'guardians', { specialConditions: dirty }, 'x'],
    ['H8', 'store', { hosting: { 'connect-src': ['*'] } }, 'connect-src'],
    ['H16', 'disclosures', { requests: [lateRequest] }, 'r'],
    ['L3', 'erasures', { retention: { ...GOOD.retention, lastRunAt: null } }, 'retention'],
    ['P14', 'clock', { audit: { ...GOOD.audit, reviewedAt: null } }, 'review'],
  ] as const)('of %s fails although nobody could tell of %s', (id, untold, bad, hit) => {
    const { [untold]: _, ...told } = GOOD;
    expect(judge(id, told)).toMatchObject({ outcome: 'notRun', missing: [untold] });
    const finding = judge(id, { ...told, ...(bad as Partial<Facts>) });
    expect(finding.outcome).toBe('fail');
    expect(finding.rows.map((row) => row.id)).toContain(hit);
  });

  it('takes nothing that is still to come for done', () => {
    const soon = NOW + 60_000;
    const later = NOW + DAY;
    expect(judge('H12', { runs: { lastAt: soon } }).outcome).toBe('pass');
    expect(judge('H12', { runs: { lastAt: later } }).outcome).toBe('fail');
    const backups = { ...GOOD.backups, last: { at: later, customers: 1 } };
    expect(judge('H11', { backups }).outcome).toBe('fail');
  });

  it('of a device that nobody has heard of fails, and so does one of a log without a chain', () => {
    const [device] = GOOD.devices;
    const devices = [{ ...device!, lastSeenAt: null }];
    expect(judge('P6', { ...GOOD, devices })).toMatchObject({ outcome: 'fail' });
    const finding = judge('P14', { ...GOOD, audit: { ...GOOD.audit, chains: [] } });
    expect(finding).toMatchObject({ outcome: 'fail', rows: [{ id: 'oldest', found: false }] });
  });

  it('shows twenty rows of many, and how many there are', () => {
    const many = Array.from({ length: 50 }, (_, at) => `field ${at}`);
    const finding = judge('G2', { ...GOOD, fields: { classified: 0, unclassified: many } });
    expect(finding.rows.length).toBe(20);
    expect(finding.counted).toBe(50);
  });
});

describe('an attestation', () => {
  const said = (control: Control, holds: boolean, reviewBy: number) =>
    judge(control.id, {
      attestations: new Map([[control.id, { holds, at: NOW - DAY, reviewBy }]]),
    });

  it.each(attested.map(({ control }) => [control.id, control] as const))(
    'of %s holds until its day, and what nobody said is not run',
    (id, control) => {
      expect(said(control, true, NOW + DAY).outcome).toBe('pass');
      expect(said(control, true, NOW - DAY).outcome).toBe('fail');
      expect(said(control, false, NOW + DAY).outcome).toBe('fail');
      expect(judge(id, { attestations: new Map() }).outcome).toBe('notRun');
      expect(judge(id, {}).outcome).toBe('notRun');
    },
  );

  it('is held against data where there is some', () => {
    const attestations = new Map([['G25', { holds: true, at: NOW, reviewBy: NOW + DAY }]]);
    const nowhere = [{ id: 'store', country: null, hasBasis: false }];
    expect(judge('G25', { ...GOOD, attestations }).outcome).toBe('pass');
    expect(judge('G25', { ...GOOD, attestations, places: nowhere })).toMatchObject({
      outcome: 'fail',
      rows: [{ about: 'place', id: 'store' }],
    });
    expect(judge('G25', { ...GOOD, attestations: new Map() }).outcome).toBe('notRun');
  });
});
