/** What a row does: it makes a customer, updates one, or is left out with a reason. */

import type { BulkEdit } from '#vault/vault.ts';
import type { CsvFile } from './csv-file.ts';
import type { Row } from './csv-rows.ts';
import type { Match, MatchIndex } from './match-index.ts';
import { evenRow, type WidthProblem } from './ragged-rows.ts';
import { mapRow, notesWithProblems, type RowMapping } from './rows-to-customers.ts';
import type { SkippedRows } from './skipped-rows.ts';

/** Why a row is left out: a key of the texts. */
type SkipReason =
  | WidthProblem
  | 'skips.noName'
  | 'skips.ambiguous'
  | 'skips.repeated'
  | 'skips.erased'
  | 'skips.restricted';

/** What the report says of one cell of a row that is taken: `skips.rejoined`, `skips.ambiguousDate`, or one of domain's `PROBLEMS`. */
interface CellNotice {
  readonly column: number;
  readonly reason: string;
}

export type RowOutcome =
  | {
      readonly type: 'created' | 'updated';
      readonly edit: BulkEdit;
      readonly cells: readonly string[];
      readonly notices: readonly CellNotice[];
    }
  | { readonly type: 'skipped'; readonly reason: SkipReason };

export function editOf(
  row: Row,
  csv: CsvFile,
  mapping: RowMapping,
  index: MatchIndex | undefined,
): RowOutcome {
  const even = evenRow(row.cells, csv.headers.length, csv.rejoins ? csv.delimiter : undefined);
  if (typeof even === 'string') return { type: 'skipped', reason: even };
  const { cells, rejoined } = even;
  const { values, problems } = mapRow(cells, mapping);
  const notices = [
    ...rejoined.map((column) => ({ column, reason: 'skips.rejoined' })),
    ...problems,
  ];
  const match: Match = index?.find(values) ?? { type: 'new', claims: [] };
  switch (match.type) {
    case 'ambiguous':
      return { type: 'skipped', reason: 'skips.ambiguous' };
    case 'repeated':
      return { type: 'skipped', reason: 'skips.repeated' };
    case 'existing': {
      if (match.customer.limits.includes('restriction')) {
        return { type: 'skipped', reason: 'skips.restricted' };
      }
      index?.claim(match.claims);
      index?.withoutKnown(values, match.customer);
      const edit: BulkEdit = { record: match.customer.id, kind: 'customer', values };
      return { type: 'updated', edit, cells, notices };
    }
    case 'new':
      if (values['name'] === undefined && values['company'] === undefined) {
        return { type: 'skipped', reason: 'skips.noName' };
      }
      if (mapping.isErased?.(values) === true) return { type: 'skipped', reason: 'skips.erased' };
      // The duty to tell them begins (Art. 14(3) GDPR).
      if (mapping.thirdParty !== undefined) {
        values['obtained'] = 'others';
        if (mapping.thirdParty !== '') values['source'] ??= mapping.thirdParty;
      }
      index?.claim(match.claims);
      if (problems.length > 0) {
        values['notes'] = notesWithProblems(values['notes'], problems, csv.headers);
      }
      return { type: 'created', edit: { kind: 'customer', values }, cells, notices };
  }
}

export function noteOutcome(
  skipped: SkippedRows,
  row: Row,
  outcome: RowOutcome,
  headers: readonly string[],
): void {
  if (outcome.type === 'skipped') skipped.add(row, outcome.reason);
  else {
    for (const { column, reason } of outcome.notices) skipped.add(row, reason, headers[column]);
  }
}
