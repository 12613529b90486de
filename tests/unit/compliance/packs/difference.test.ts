import { differenceOf } from '#compliance/packs/difference.ts';
import { parametersFor, strictest } from '#compliance/packs/parameters.ts';
import { describe, expect, it } from 'vitest';
import { controlOf, packOf } from './packs.ts';

describe('the difference of two versions', () => {
  it('names what was added, changed, withdrawn and revalued', () => {
    const kept = controlOf({ id: 'X1' });
    const before = packOf({
      controls: [kept, controlOf({ id: 'X2' }), controlOf({ id: 'X3' }), controlOf({ id: 'X4' })],
      parameters: new Map([
        ['idle-minutes', { value: 15, strictest: 'min' }],
        ['gone', { value: 1, strictest: 'min' }],
      ]),
    });
    const after = packOf({
      version: '1.1',
      controls: [
        kept,
        controlOf({ id: 'X2', severity: 'high', effective: '2027-01-01' }),
        controlOf({ id: 'X3', status: 'withdrawn' }),
        controlOf({ id: 'X5' }),
      ],
      parameters: new Map([
        ['idle-minutes', { value: 10, strictest: 'min' }],
        ['new', { value: 2, strictest: 'max' }],
      ]),
    });
    expect(differenceOf(before, after)).toEqual([
      expect.objectContaining({
        type: 'changed',
        control: 'X2',
        parts: ['severity', 'effective'],
        effective: '2027-01-01',
      }),
      expect.objectContaining({ type: 'withdrawn', control: 'X3' }),
      expect.objectContaining({ type: 'added', control: 'X5', parts: [] }),
      expect.objectContaining({ type: 'withdrawn', control: 'X4', after: null, effective: null }),
      { type: 'parameter', parameter: 'idle-minutes', before: 15, after: 10 },
      { type: 'parameter', parameter: 'gone', before: 1, after: null },
      { type: 'parameter', parameter: 'new', before: null, after: 2 },
    ]);
  });

  it('shows what each control said and will say', () => {
    const [was, is] = [controlOf({ id: 'X1' }), controlOf({ id: 'X1', severity: 'high' })];
    const added = controlOf({ id: 'X2' });
    const changes = differenceOf(packOf({ controls: [was] }), packOf({ controls: [is, added] }));
    expect(changes).toEqual([
      expect.objectContaining({ control: 'X1', before: was, after: is }),
      expect.objectContaining({ control: 'X2', before: null, after: added }),
    ]);
  });

  it('of a value is one of every control that reads it', () => {
    const controls = [controlOf({ id: 'X1', parameters: ['days'] }), controlOf({ id: 'X2' })];
    const versionOf = (value: number) =>
      packOf({ controls, parameters: new Map([['days', { value, strictest: 'min' }]]) });
    expect(differenceOf(versionOf(45), versionOf(40))).toEqual([
      expect.objectContaining({ type: 'changed', control: 'X1', parts: ['parameters'] }),
      { type: 'parameter', parameter: 'days', before: 45, after: 40 },
    ]);
  });

  it('tells what is or was law from what was never more than proposed', () => {
    const before = packOf({
      controls: [
        controlOf({ id: 'X1', status: 'proposed' }),
        controlOf({ id: 'X2', status: 'proposed' }),
        controlOf({ id: 'X3' }),
        controlOf({ id: 'X4', status: 'proposed' }),
        controlOf({ id: 'X5' }),
      ],
    });
    const after = packOf({
      controls: [
        controlOf({ id: 'X1' }),
        controlOf({ id: 'X2', status: 'proposed', severity: 'high' }),
        controlOf({ id: 'X3', status: 'withdrawn' }),
        controlOf({ id: 'X6', status: 'proposed' }),
      ],
    });
    const isLaw = differenceOf(before, after).map((change) =>
      change.type === 'parameter' ? null : [change.control, change.isLaw],
    );
    expect(isLaw).toEqual([
      ['X1', true],
      ['X2', false],
      ['X3', true],
      ['X6', false],
      ['X4', false],
      ['X5', true],
    ]);
  });

  it('of a version and itself is none, and of a first one everything', () => {
    const pack = packOf();
    expect(differenceOf(pack, pack)).toEqual([]);
    expect(differenceOf(null, pack)).toEqual([
      expect.objectContaining({ type: 'added', control: 'X1' }),
    ]);
  });
});

describe('the strictest value', () => {
  const loose = packOf({
    key: 'loose',
    parameters: new Map([
      ['idle-minutes', { value: 30, strictest: 'min' }],
      ['log-months', { value: 12, strictest: 'max' }],
      ['request-days', { value: 45, strictest: 'min' }],
    ]),
  });
  const strict = packOf({
    key: 'strict',
    parameters: new Map([
      ['idle-minutes', { value: 15, strictest: 'min' }],
      ['log-months', { value: 72, strictest: 'max' }],
      ['request-days', { value: 30, strictest: 'min' }],
    ]),
  });
  const same = packOf({
    key: 'same',
    parameters: new Map([['idle-minutes', { value: 15, strictest: 'min' }]]),
  });

  it('is the smaller or the larger one, as the parameter says, and names who asks for it', () => {
    expect(strictest([loose, strict, same])).toEqual([
      { id: 'idle-minutes', value: 15, from: ['strict', 'same'] },
      { id: 'log-months', value: 72, from: ['strict'] },
      { id: 'request-days', value: 30, from: ['strict'] },
    ]);
  });

  it('is not turned round by a pack that calls the other way strict', () => {
    const turned = packOf({
      key: 'turned',
      parameters: new Map([
        ['idle-minutes', { value: 600, strictest: 'max' }],
        ['log-months', { value: 1, strictest: 'min' }],
      ]),
    });
    expect(strictest([strict, turned])).toEqual(strictest([strict]));
  });

  it('holds for settings, and each regulation keeps its own clock', () => {
    const parameters = parametersFor(loose, strictest([loose, strict]));
    expect(parameters.get('idle-minutes')).toBe(15);
    expect(parameters.get('log-months')).toBe(72);
    expect(parameters.get('request-days')).toBe(45);
  });
});
