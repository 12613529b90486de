/** The figures of one run: the median of several measurements, held against a target, as a table and as JSON. */

export interface Figure {
  readonly what: string;
  /** How many customers. */
  readonly at: number;
  readonly value: number;
  readonly unit: string;
  /** The most that the value may be; `null`: told for comparison only. */
  readonly target: number | null;
  readonly holds: boolean | null;
}

export class Figures {
  readonly #figures: Figure[] = [];
  readonly #judgedAt: number;

  /** Only figures at this many customers, and those of none, are judged. */
  constructor(judgedAt: number) {
    this.#judgedAt = judgedAt;
  }

  get all(): readonly Figure[] {
    return this.#figures;
  }

  /** One to know, such as the milliseconds behind a ratio. */
  note(what: string, at: number, value: number, unit: string): void {
    this.#add({ what, at, value, unit, target: null, holds: null });
  }

  /** One that shall not be more than its target. */
  judge(what: string, at: number, value: number, unit: string, target: number): void {
    if (at > 0 && at < this.#judgedAt) this.note(what, at, value, unit);
    else this.#add({ what, at, value, unit, target, holds: value <= target });
  }

  /** The value noted or judged before; for growth. */
  valueOf(what: string, at: number): number | undefined {
    return this.#figures.find((figure) => figure.what === what && figure.at === at)?.value;
  }

  #add(figure: Figure): void {
    this.#figures.push({ ...figure, value: Number(figure.value.toPrecision(4)) });
    process.stdout.write(`${line(this.#figures.at(-1)!)}\n`);
  }
}

export const tableHead = [
  'what'.padEnd(58),
  'at'.padStart(8),
  'value'.padStart(10),
  'unit'.padEnd(12),
  'target'.padStart(8),
].join(' ');

function line({ what, at, value, unit, target, holds }: Figure): string {
  return [
    what.padEnd(58),
    at.toLocaleString('en').padStart(8),
    value.toLocaleString('en', { maximumSignificantDigits: 4 }).padStart(10),
    unit.padEnd(12),
    (target === null ? '' : `≤ ${target}`).padStart(8),
    holds === null ? '' : holds ? 'holds' : 'MISSED',
  ]
    .join(' ')
    .trimEnd();
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function p95(values: readonly number[]): number {
  return quantile(values, 0.95);
}

function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new Error('Nothing was measured.');
  const sorted = [...values].sort((a, b) => a - b);
  const at = Math.min(sorted.length - 1, Math.floor(share * sorted.length));
  return sorted[at] ?? 0;
}
