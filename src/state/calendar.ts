/** Days and minutes by the person's own calendar, as the fields hold them: YYYY-MM-DD and YYYY-MM-DDTHH:MM. */

/** The person's own day, now. */
export function todayIso(): string {
  return isoDateOf(new Date());
}

export function isoDateOf(date: Date): string {
  const year = String(date.getFullYear()).padStart(4, '0');
  const month = String(date.getMonth() + 1).padStart(2, '0');
  return `${year}-${month}-${String(date.getDate()).padStart(2, '0')}`;
}

export function isoDateTimeOf(date: Date): string {
  const hours = String(date.getHours()).padStart(2, '0');
  return `${isoDateOf(date)}T${hours}:${String(date.getMinutes()).padStart(2, '0')}`;
}

export function tomorrow(from: Date): string {
  return isoDateOf(new Date(from.getFullYear(), from.getMonth(), from.getDate() + 1));
}

export function nextYear(from: Date): string {
  return isoDateOf(new Date(from.getFullYear() + 1, from.getMonth(), from.getDate()));
}

/** Whole days from `from` to the ISO date `to`; negative where it has passed. */
export function daysUntil(to: string, from: Date): number {
  const [year = 0, month = 1, day = 1] = to.split('-').map(Number);
  const ms =
    Date.UTC(year, month - 1, day) - Date.UTC(from.getFullYear(), from.getMonth(), from.getDate());
  return Math.round(ms / 86_400_000);
}

/** A moment of a field, with or without its zone, as a field to type into shows it. */
export function localDateTime(isoDateTime: string): string {
  if (!/(Z|[+-]\d\d:\d\d)$/.test(isoDateTime)) return isoDateTime.slice(0, 16);
  const date = new Date(isoDateTime);
  return Number.isNaN(date.getTime()) ? '' : isoDateTimeOf(date);
}

/** The first and the last millisecond of an ISO day where the person is. */
export function dayStart(isoDate: string): number {
  return new Date(`${isoDate}T00:00:00`).getTime();
}

export function dayEnd(isoDate: string): number {
  return new Date(`${isoDate}T23:59:59.999`).getTime();
}
