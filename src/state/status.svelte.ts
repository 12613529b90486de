/** The app's one status: what was just done, and the way to take it back. */

import type { UndoToken } from '#worker/vault-api.ts';
import { errorSentence } from './errors.ts';
import { onLeave } from './leave.ts';
import { stepUp } from './step-up.svelte.ts';
import { language } from './texts.svelte.ts';
import { vault } from './vault.ts';

interface Undo {
  readonly token: UndoToken;
  /** It takes an undo back. */
  readonly again: boolean;
}

interface Message {
  readonly text: string;
  readonly undo?: Undo;
}

const SAID_MS = 8_000;
const OFFERED_MS = 30_000;

function noticeOf(replaced: number): string {
  return replaced > 0 ? `${language.texts.cards.replaced(replaced)} ` : '';
}

class Status {
  #message = $state.raw<Message | null>(null);
  #busy = $state(false);
  #newest: Undo | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  get message(): Message | null {
    return this.#message;
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** Says what was done, where there is nothing to take back, and that card numbers gave way to their last digits. */
  say(text: string, replaced = 0): void {
    this.#show({ text: noticeOf(replaced) + text });
  }

  /** Says what was done, that card numbers gave way to their last digits, and offers "Undo". */
  offerUndo(text: string, token: UndoToken, replaced = 0): void {
    this.#newest = { token, again: false };
    this.#show({ text: noticeOf(replaced) + text, undo: this.#newest });
  }

  /** Takes the newest step back, also after its message has gone. */
  async undo(): Promise<void> {
    const undo = this.#newest;
    if (!undo || this.#busy) return;
    this.#busy = true;
    const undone = await stepUp
      .guard(() => vault.undo(undo.token, {}))
      .finally(() => (this.#busy = false));
    if (this.#newest !== undo) return;
    if (!undone.ok) {
      this.say(errorSentence(undone.error));
      return;
    }
    const { parts } = language.texts;
    this.#newest = { token: undone.value.undo, again: !undo.again };
    this.#show({ text: undo.again ? parts.redone : parts.undone, undo: this.#newest });
  }

  dismiss(): void {
    clearTimeout(this.#timer);
    this.#message = null;
  }

  clear(): void {
    this.dismiss();
    this.#newest = undefined;
  }

  #show(message: Message): void {
    clearTimeout(this.#timer);
    this.#message = message;
    this.#timer = setTimeout(() => this.dismiss(), message.undo ? OFFERED_MS : SAID_MS);
  }
}

export const status = new Status();
onLeave(() => status.clear());
