import { partLines } from '#state/pack-difference.ts';
import { language } from '#state/texts.svelte.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { controlOf } from '../compliance/packs/packs.ts';

const was = controlOf({ id: 'X1', statement: { en: 'Within 45 days.', 'zh-CN': '45 天内。' } });
const of = { control: 'X1', title: was.title, effective: null, isLaw: true };

beforeAll(() => language.complete());

describe('what a new version says differently', () => {
  it('is shown part by part, as it was and as it will be', () => {
    const after = { ...was, severity: 'high' as const, status: 'withdrawn' as const, fix: 'run' };
    const parts = ['severity', 'status', 'fix'] as const;
    expect(partLines({ ...of, type: 'changed', parts, before: was, after })).toEqual([
      { name: 'severity', before: 'Medium', after: 'High' },
      { name: 'status', before: 'in force', after: 'withdrawn' },
      { name: 'remedy', before: '', after: 'Run now' },
    ]);
  });

  it('of an added control is what it asks, and of one that is gone what its title says', () => {
    expect(partLines({ ...of, type: 'added', parts: [], before: null, after: was })).toEqual([
      { name: 'text', before: '', after: 'Within 45 days.' },
    ]);
    expect(partLines({ ...of, type: 'withdrawn', parts: [], before: was, after: null })).toEqual(
      [],
    );
  });

  it('leaves a value to its own line, and calls what it does not know by its id', () => {
    const parts = ['parameters'] as const;
    const same = { ...was, parameters: ['idle-minutes'] };
    expect(partLines({ ...of, type: 'changed', parts, before: same, after: same })).toEqual([]);
    const after = { ...was, parameters: ['idle-minutes', 'constructor'] };
    expect(partLines({ ...of, type: 'changed', parts, before: was, after })).toEqual([
      { name: 'values', before: '', after: 'Lock after at most (minutes), constructor' },
    ]);
  });
});
