/** The records of one kind as a table (RFC 4180), with what stands in each field as people read it. */

import type { FieldDefinition } from '#domain/catalogue.ts';
import { CSV_START, csvLine } from '../csv-line.ts';
import { valueIn, type SubjectRecord } from './content.ts';
import { valueInWords, type Language, type NameOf } from '../field-words.ts';

export function subjectTable(
  records: readonly SubjectRecord[],
  fields: readonly FieldDefinition[],
  language: Language,
  nameOf: NameOf,
): string {
  const head = fields.map(({ label }) => label[language]);
  const lines = records.map((record) =>
    csvLine([
      record.created,
      ...fields.map((field) => valueInWords(field, valueIn(record, field), language, nameOf)),
    ]),
  );
  return CSV_START + csvLine([CREATED[language], ...head]) + lines.join('');
}

const CREATED: Readonly<Record<Language, string>> = { en: 'Written', 'zh-CN': '记录时间' };
