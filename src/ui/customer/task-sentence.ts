/** What a banner says of an open task: its title and how it stands with its day. */

import type { RecordView } from '#state/customer.svelte.ts';
import { textValue } from '#state/customer.svelte.ts';
import { formatDay, formatWeekday } from '#state/format.ts';
import { dueOfTask } from '#state/tasks.ts';
import type { Texts } from '#texts/en.ts';
import { dueOf } from '../customers/due.ts';

export function taskSentence(task: RecordView, t: Texts['customer']): string {
  const title = textValue(task.values['title']);
  const due = dueOfTask(task);
  switch (dueOf(due)) {
    case 'overdue':
      return t.taskOverdue(title, formatDay(due));
    case 'today':
      return t.taskToday(title);
    case 'weekday':
      return t.taskDue(title, formatWeekday(due));
    case 'date':
      return t.taskDue(title, formatDay(due));
  }
}
