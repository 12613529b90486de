/** Tasks: done or moved to tomorrow by one tap, and made by a follow-up date. */

import type { RecordId } from '#base/ids.ts';
import type { Json } from '#domain/change.ts';
import type { CustomerView, Edit, RecordView } from '#worker/vault-api.ts';
import { isoDateTimeOf, tomorrow } from './calendar.ts';
import { commit } from './commit.ts';
import { language } from './texts.svelte.ts';
import { vault } from './vault.ts';

export interface TaskPlace {
  readonly task: RecordId;
  readonly customer: RecordId;
}

export async function completeTask(place: TaskPlace): Promise<void> {
  const done = isoDateTimeOf(new Date());
  await commit(vault.save([taskEdit(place, { done })]), language.texts.tasks.completed);
}

export async function reopenTask(place: TaskPlace): Promise<void> {
  await commit(vault.save([taskEdit(place, { done: null })]), language.texts.tasks.reopened);
}

export async function moveToTomorrow(place: TaskPlace): Promise<void> {
  const due = tomorrow(new Date());
  await commit(vault.save([taskEdit(place, { due })]), language.texts.tasks.moved);
}

export function isOpenTask({ kind, values }: RecordView): boolean {
  return kind === 'task' && values['done'] === undefined;
}

/** Open and dated, the first due first. */
export function dueTasksOf(view: CustomerView): readonly RecordView[] {
  return view.belongings
    .filter((record) => isOpenTask(record) && dueOfTask(record) !== '')
    .toSorted((a, b) => (dueOfTask(a) < dueOfTask(b) ? -1 : 1));
}

export function dueOfTask({ values }: RecordView): string {
  const { due } = values as { readonly due?: Json };
  return typeof due === 'string' ? due : '';
}

/** The task that a follow-up date makes, or moves where the date was another one before. */
export function followUpEdit(
  view: CustomerView,
  title: string,
  before: Json | undefined,
  date: Json | undefined,
): Edit | undefined {
  if (typeof date !== 'string' || date === before) return undefined;
  const customer = view.customer.id;
  const made = view.belongings.find(
    (record) =>
      isOpenTask(record) && dueOfTask(record) === before && record.values['title'] === title,
  );
  if (made) return taskEdit({ task: made.id, customer }, { due: date });
  return { kind: 'task', customer, values: { title, due: date } };
}

function taskEdit({ task, customer }: TaskPlace, values: Edit['values']): Edit {
  return { record: task, kind: 'task', customer, values };
}
