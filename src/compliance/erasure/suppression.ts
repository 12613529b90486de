/** Suppression: an erased person is known again at the doors (form, import), by keyed marks of what was theirs (Art. 17 GDPR; DESIGN.md section 4). */

import type { RecordId } from '#base/ids.ts';
import type { Marker } from '#crypto/suppression.ts';
import type { FieldName, Json } from '#domain/change.ts';
import type { Dossier, RecordState } from '#domain/record-state.ts';
import { elementsOf } from '#domain/values.ts';
import { identifiersOf } from './identifiers.ts';

type Values = Readonly<Record<FieldName, Json>>;

export interface Suppressed {
  /** The erasure that left the mark. */
  readonly erasure: RecordId;
  /** ms since 1970. */
  readonly erasedAt: number;
}

export function marksOf(people: readonly Values[], marker: Marker): readonly string[] {
  return [...new Set(people.flatMap(identifiersOf).map(marker))];
}

/** Whether any mark is there at all: most workspaces need no key for it. */
export function hasMarks(workspace: Dossier): boolean {
  return [...workspace.values()].some((state) => elementsOf(state, 'marks').length > 0);
}

export class Suppressions {
  readonly #byMark = new Map<string, RecordState>();
  readonly #marker: Marker;

  constructor(workspace: Dossier, marker: Marker) {
    this.#marker = marker;
    for (const state of workspace.values()) {
      if (state.kind !== 'erasure') continue;
      for (const mark of elementsOf(state, 'marks')) {
        if (typeof mark === 'string') this.#byMark.set(mark, state);
      }
    }
  }

  /** Null: nobody of these values was erased. */
  find(values: Values): Suppressed | null {
    for (const identifier of identifiersOf(values)) {
      const found = this.#byMark.get(this.#marker(identifier));
      if (found !== undefined) return { erasure: found.id, erasedAt: found.created.at };
    }
    return null;
  }
}
