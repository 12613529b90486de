/** Numbers and durations in Chinese sentences. */

export function number(value: number): string {
  return value.toLocaleString('zh-CN');
}

/** A time to wait, rounded up: seconds below a minute and a half, else minutes. */
export function wait(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  return seconds < 90 ? `${number(seconds)} 秒` : `${number(Math.ceil(seconds / 60))} 分钟`;
}
