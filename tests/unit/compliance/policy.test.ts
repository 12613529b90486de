import { DEFAULT_POLICY, policyEdit, policyIn } from '#compliance/policy.ts';
import { describe, expect, it } from 'vitest';
import { createSession, must } from '../vault/fixture.ts';

describe('the policy', () => {
  it('is the default until an admin changes it, and keeps what was not changed', async () => {
    const { session } = await createSession();
    const { vault } = session;
    expect(policyIn(vault.workspace)).toEqual(DEFAULT_POLICY);
    must(await vault.add([policyEdit({ auditMonths: 84 })]));
    const changed = { ...DEFAULT_POLICY, auditMonths: 84 };
    expect(policyIn(vault.workspace)).toEqual(changed);
    must(await vault.add([policyEdit({ maskedForMember: ['health'] })]));
    expect(policyIn(vault.workspace)).toEqual({ ...changed, maskedForMember: ['health'] });
  });

  it('tells a list that was emptied from one that nobody changed', async () => {
    const { session } = await createSession();
    const { vault } = session;
    must(await vault.add([policyEdit({ maskedForViewer: [] })]));
    const emptied = { ...DEFAULT_POLICY, maskedForViewer: [] };
    expect(policyIn(vault.workspace)).toEqual(emptied);
  });

  it('holds numbers within what is sensible, and passes over what is not', async () => {
    const { session } = await createSession();
    const { vault } = session;
    const wild = { auditMonths: 1, breakGlassMinutes: 0 };
    must(await vault.add([policyEdit({ ...wild, maskedForViewer: ['gossip' as 'health'] })]));
    expect(policyIn(vault.workspace)).toMatchObject({
      auditMonths: 72,
      breakGlassMinutes: 5,
      maskedForViewer: [],
    });
  });

  it('keeps the log for a year, and for six where HIPAA is asked, whatever stands in it', async () => {
    const { session } = await createSession();
    const { vault } = session;
    expect(policyIn(vault.workspace).auditMonths).toBe(72);
    must(await vault.add([policyEdit({ packs: ['gdpr', 'pci-dss'] })]));
    expect(policyIn(vault.workspace).auditMonths).toBe(12);
    must(await vault.add([policyEdit({ auditMonths: 24 })]));
    expect(policyIn(vault.workspace).auditMonths).toBe(24);
    must(await vault.add([policyEdit({ packs: ['gdpr', 'hipaa'] })]));
    expect(policyIn(vault.workspace).auditMonths).toBe(72);
  });
});
