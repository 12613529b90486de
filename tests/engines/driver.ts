/** What the story needs of an engine: what a person does with eyes, a pointer, a keyboard and files. */

export interface Driver {
  readonly engine: string;
  open(address: string): Promise<void>;
  reload(): Promise<void>;
  /** Waits until the service worker holds the whole app. */
  untilOffline(): Promise<void>;
  click(target: Target): Promise<void>;
  /** Replaces what stands in the field. */
  type(label: string, text: string): Promise<void>;
  /** A date, YYYY-MM-DD: each engine's own date field takes the digits differently. */
  pickDate(label: string, date: string): Promise<void>;
  /** Hands a file to the file input behind the button. */
  choose(button: string, path: string): Promise<void>;
  /** Clicks, and answers with the path of the file that was downloaded. */
  download(button: string): Promise<string>;
  /** Waits until it is in sight. */
  see(target: Target, withinMs?: number): Promise<void>;
  /** Whether the page holds the text now, in sight or not. */
  holds(text: string): Promise<boolean>;
  /** What a person reads on the page now: for the message of a failed test. */
  words(): Promise<string>;
  /** Ends the browser as a person does; the profile stays on disk. */
  close(): Promise<void>;
}

export interface Engine {
  readonly name: string;
  /** Programs that it needs, by the names that tests/programs.ts knows. */
  readonly programs: readonly string[];
  /** Whether it writes what was typed into session files. */
  readonly keepsSessions: boolean;
  /** A browser with a new profile in `folder`, which also takes its downloads. */
  start(folder: string): Promise<Driver>;
}

export type Role = 'button' | 'link' | 'heading' | 'checkbox' | 'ticked' | 'field' | 'text';

/** Something in sight, by its accessible name. */
export interface Target {
  readonly role: Role;
  readonly name: string;
  /** Only within the landmark, dialog or list of this name. */
  readonly within?: string;
}

export function button(name: string, within?: string): Target {
  return { role: 'button', name, ...(within === undefined ? {} : { within }) };
}

export function link(name: string, within?: string): Target {
  return { role: 'link', name, ...(within === undefined ? {} : { within }) };
}

export function heading(name: string): Target {
  return { role: 'heading', name };
}

export function checkbox(name: string): Target {
  return { role: 'checkbox', name };
}

/** A checkbox that is ticked. */
export function ticked(name: string): Target {
  return { role: 'ticked', name };
}

export function text(name: string): Target {
  return { role: 'text', name };
}

/** The time that the slowest step may take on a busy machine. */
const SLOWEST_MS = 60_000;

/** Asks `look` again and again until it answers; throws when it never does. */
export async function until<T>(
  what: string,
  look: () => Promise<T | null>,
  withinMs = SLOWEST_MS,
): Promise<T> {
  const end = Date.now() + withinMs;
  let reason = '';
  for (;;) {
    try {
      const found = await look();
      if (found !== null) return found;
    } catch (error) {
      // The page may be on its way to the next one.
      reason = ` (${error instanceof Error ? error.message : String(error)})`;
    }
    if (Date.now() > end) throw new Error(`Waited in vain for ${what}${reason}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export function describeTarget({ role, name, within }: Target): string {
  return `the ${role} "${name}"${within === undefined ? '' : ` in "${within}"`}`;
}
