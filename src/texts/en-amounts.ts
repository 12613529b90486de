/** Numbers and durations in English sentences. */

export function number(value: number): string {
  return value.toLocaleString('en');
}

export function plural(count: number, one: string, other: string): string {
  return `${number(count)} ${count === 1 ? one : other}`;
}

/** A time to wait, rounded up: seconds below a minute and a half, else minutes. */
export function wait(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  return seconds < 90
    ? plural(seconds, 'second', 'seconds')
    : plural(Math.ceil(seconds / 60), 'minute', 'minutes');
}
