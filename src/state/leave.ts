/** What a lock takes off the page, beside the screens themselves. */

const listeners = new Set<() => void>();

/** State that outlives a screen forgets here what it holds of a workspace. */
export function onLeave(forget: () => void): void {
  listeners.add(forget);
}

export function leaveWorkspace(): void {
  for (const forget of listeners) forget();
}
