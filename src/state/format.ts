/** Dates, numbers and sizes as the person's locale writes them. */

import { isoDateOf, todayIso } from './calendar.ts';
import { language } from './texts.svelte.ts';

export function formatNumber(value: number): string {
  return new Intl.NumberFormat(language.locale).format(value);
}

/** A moment, ms since 1970: `23 Nov 2026, 09:41`. */
export function formatDateTime(ms: number): string {
  return new Intl.DateTimeFormat(language.locale, {
    dateStyle: 'medium',
    timeStyle: 'short',
  }).format(ms);
}

/** A moment's day, ms since 1970: `23 November 2026`. */
export function formatDate(ms: number): string {
  return new Intl.DateTimeFormat(language.locale, { dateStyle: 'long' }).format(ms);
}

/** A moment of this or of an earlier day, ms since 1970: `09:41`, `12 Nov`. */
export function formatTimeOrDay(ms: number): string {
  const date = new Date(ms);
  if (isoDateOf(date) !== todayIso()) return formatDay(isoDateOf(date));
  return new Intl.DateTimeFormat(language.locale, { hour: '2-digit', minute: '2-digit' }).format(
    date,
  );
}

/** How long ago a moment was, ms since 1970: `just now`, `12 min ago`, `3 days ago`. */
export function formatAgo(ms: number): string {
  const minutes = Math.floor((Date.now() - ms) / 60_000);
  if (minutes < 1) return language.texts.sync.justNow;
  const format = new Intl.RelativeTimeFormat(language.locale, { numeric: 'auto', style: 'short' });
  if (minutes < 60) return format.format(-minutes, 'minute');
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? format.format(-hours, 'hour') : format.format(-Math.floor(hours / 24), 'day');
}

/** `1.2 MB`, by the SI's powers of ten. */
export function formatBytes(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
  const power = Math.min(
    units.length - 1,
    Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)),
  );
  return new Intl.NumberFormat(language.locale, {
    style: 'unit',
    unit: units[power] ?? 'byte',
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: power < 2 ? 0 : 1,
  }).format(bytes / 1000 ** power);
}

/** A calendar day: `4 Dec`, with the year where it is not this one. */
export function formatDay(isoDate: string): string {
  const date = dayOf(isoDate);
  if (Number.isNaN(date.getTime())) return isoDate;
  const thisYear = date.getFullYear() === new Date().getFullYear();
  return new Intl.DateTimeFormat(language.locale, {
    day: 'numeric',
    month: 'short',
    ...(thisYear ? {} : { year: 'numeric' }),
  }).format(date);
}

/** `Tue` */
export function formatWeekday(isoDate: string): string {
  const date = dayOf(isoDate);
  if (Number.isNaN(date.getTime())) return isoDate;
  return new Intl.DateTimeFormat(language.locale, { weekday: 'short' }).format(date);
}

/** The moment of a field, ISO with or without its zone: `12 November, 10:20`, with the year where it is not this one. */
export function formatMoment(isoDateTime: string): string {
  const date = new Date(isoDateTime);
  if (Number.isNaN(date.getTime())) return isoDateTime;
  const thisYear = date.getFullYear() === new Date().getFullYear();
  return new Intl.DateTimeFormat(language.locale, {
    day: 'numeric',
    month: 'long',
    hour: 'numeric',
    minute: '2-digit',
    ...(thisYear ? {} : { year: 'numeric' }),
  }).format(date);
}

/** A decimal as the catalogue holds it; `currency` is an ISO 4217 code, or empty. */
export function formatMoney(decimal: string, currency: string): string {
  const amount = Number(decimal);
  if (Number.isNaN(amount)) return decimal;
  if (!/^[A-Z]{3}$/.test(currency)) {
    return new Intl.NumberFormat(language.locale, { maximumFractionDigits: 6 }).format(amount);
  }
  return new Intl.NumberFormat(language.locale, { style: 'currency', currency }).format(amount);
}

function dayOf(isoDate: string): Date {
  const [year = 1970, month = 1, day = 1] = isoDate.split('-').map(Number);
  return new Date(year, month - 1, day);
}
