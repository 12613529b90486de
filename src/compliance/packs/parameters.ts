/** Which value holds where several regulations name one: the strictest (COMPLIANCE.md's strictest wins). */

import type { Pack, Parameter } from './pack.ts';

export interface HoldingParameter {
  readonly id: string;
  readonly value: number;
  /** Keys of the packs that ask for just this. */
  readonly from: readonly string[];
}

/** What a check reads its values from, by their names. */
export type Parameters = ReadonlyMap<string, number>;

/** In the order of the packs. Which way is strict, the first that names a parameter says: none after it can turn that round. */
export function strictest(packs: readonly Pack[]): readonly HoldingParameter[] {
  const holding = new Map<string, HoldingParameter>();
  const ways = new Map<string, Parameter['strictest']>();
  for (const { key, parameters } of packs) {
    for (const [id, { value, strictest: way }] of parameters) {
      const held = holding.get(id);
      if (held === undefined) ways.set(id, way);
      if (held === undefined || isStricter(value, held.value, ways.get(id))) {
        holding.set(id, { id, value, from: [key] });
      } else if (value === held.value) {
        holding.set(id, { ...held, from: [...held.from, key] });
      }
    }
  }
  return [...holding.values()];
}

function isStricter(value: number, held: number, way: Parameter['strictest'] | undefined): boolean {
  return way === 'min' ? value < held : value > held;
}

/**
 * What one pack's checks read: the strictest of all packs where a parameter is a setting of the workspace, its own where it is a clock of the
 * regulation, since each regulation's requests and notices have a register of their own.
 */
export function parametersFor(pack: Pack, holding: readonly HoldingParameter[]): Parameters {
  const own = [...pack.parameters].map(([id, { value }]) => [id, value] as const);
  const held = new Map(holding.map(({ id, value }) => [id, value]));
  return new Map(
    own.map(([id, value]) => [id, CLOCKS.has(id) ? value : (held.get(id) ?? value)] as const),
  );
}

const CLOCKS: ReadonlySet<string> = new Set([
  'request-days',
  'extension-days',
  'amendment-days',
  'request-working-days',
  'confirm-working-days',
  'breach-hours',
  'minor-age',
]);
