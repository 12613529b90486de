/** A run for people: a page to print and a table, in the words of their language. Rooms hold no sentences, so the words are given. */

import { CSV_START, csvLine } from '../csv-line.ts';
import { escapeHtml as text, htmlPage } from '../html-page.ts';
import type { ComplianceView, ControlView, EvidenceView, RegulationView } from '../messages.ts';

export interface RunWords {
  readonly language: 'en' | 'zh-CN';
  readonly title: string;
  readonly noAdvice: string;
  readonly limits: readonly string[];
  readonly workspace: string;
  readonly run: string;
  /** Regulation, control, title, citation, outcome, status, evidence, found, wanted, time. */
  readonly columns: readonly string[];
  readonly outcomes: Readonly<Record<'pass' | 'fail' | 'notRun', string>>;
  readonly proposed: string;
  readonly upcoming: string;
  readonly sourcesDue: string;
  readonly subjects: Readonly<Record<string, string>>;
  readonly missing: string;
  readonly sources: Readonly<Record<string, string>>;
  readonly more: string;
}

const COLUMNS = 10;

/** A line a control, and one for each row of its evidence. */
export function runTable({ regulations }: ComplianceView, words: RunWords): string {
  const lines = regulations.flatMap((regulation) =>
    regulation.controls.flatMap((control) => {
      const head = [
        regulation.title[words.language],
        control.id,
        control.title[words.language],
        control.citation,
        outcomeOf(control, words),
        standingOf(control, words),
      ];
      return [
        csvLine([...head, missingOf(control, words), '', '', '']),
        ...control.evidence.map((row) => csvLine([...head, ...cellsOf(row, words)])),
      ];
    }),
  );
  return CSV_START + csvLine(words.columns.slice(0, COLUMNS)) + lines.join('');
}

/** A page that stands by itself: no script, no address of anything else. */
export function runPage(view: ComplianceView, name: string, words: RunWords): string {
  const { regulations, run } = view;
  const at = run === null ? '' : new Date(run.at).toISOString();
  return htmlPage(
    words,
    `<p>${text(words.workspace)} ${text(name)}<br>${text(words.run)} ${text(at)}</p>
<p>${text(words.noAdvice)}</p>
${regulations.map((regulation) => sectionOf(regulation, words)).join('\n')}
<ul>${words.limits.map((limit) => `<li>${text(limit)}</li>`).join('')}</ul>`,
  );
}

function sectionOf({ title, version, controls, counts }: RegulationView, words: RunWords): string {
  const summary = (['pass', 'fail', 'notRun'] as const)
    .map((outcome) => `${words.outcomes[outcome]}: ${counts[outcome]}`)
    .join(' · ');
  return `<section>
<h2>${text(title[words.language])} ${text(version)}</h2>
<p>${text(summary)}</p>
<table class="controls">
<thead><tr>${[1, 2, 3, 4, 6].map((at) => `<th>${text(words.columns[at] ?? '')}</th>`).join('')}</tr></thead>
<tbody>
${controls.map((control) => rowOf(control, words)).join('\n')}
</tbody>
</table>
</section>`;
}

function rowOf(control: ControlView, words: RunWords): string {
  const { id, title, statement, citation, evidence, counted, outcome, status } = control;
  const rows = evidence.map((row) => {
    const [about, found, wanted, at] = cellsOf(row, words);
    const parts = [about, found, wanted === '' ? '' : `(${wanted})`, at];
    return `<li>${text(parts.filter((part) => part !== '').join(' '))}</li>`;
  });
  const more =
    counted > evidence.length && evidence.length > 0 ? `<li>${text(words.more)}</li>` : '';
  const missing = missingOf(control, words);
  const standing = standingOf(control, words);
  return `<tr class="${status} ${outcome ?? 'notRun'}">
<td>${text(id)}</td>
<td><b>${text(title[words.language])}</b><br>${text(statement[words.language])}</td>
<td>${text(citation)}</td>
<td>${text(outcomeOf(control, words))}${standing === '' ? '' : `<br>${text(standing)}`}</td>
<td>${text(missing)}<ul>${rows.join('')}${more}</ul></td>
</tr>`;
}

/** Whether it counts, and whether its sources are to be read again. */
function standingOf({ status, isUpcoming, isOverdue }: ControlView, words: RunWords): string {
  return [
    status === 'proposed' ? words.proposed : '',
    isUpcoming ? words.upcoming : '',
    isOverdue ? words.sourcesDue : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

function outcomeOf({ outcome }: ControlView, words: RunWords): string {
  return words.outcomes[outcome ?? 'notRun'];
}

function missingOf({ missing }: ControlView, words: RunWords): string {
  if (missing.length === 0) return '';
  return `${words.missing} ${missing.map((source) => words.sources[source] ?? source).join(', ')}`;
}

function cellsOf(row: EvidenceView, words: RunWords): [string, string, string, string] {
  const about = `${words.subjects[row.about] ?? row.about} ${row.name ?? row.id}`;
  const at = row.at === undefined ? '' : new Date(row.at).toISOString();
  return [about, plain(row.found), plain(row.wanted), at];
}

function plain(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
