/** What the tabs of one workspace tell one another, by BroadcastChannel. Says that something happened, never what: everybody reads it sealed. */

import type { WorkspaceId } from '#base/ids.ts';

export type TabMessage =
  /** There is a new journal entry or checkpoint. */
  | { readonly type: 'written' }
  /** What belongs to this device alone has changed: settings, role, store. */
  | { readonly type: 'local' }
  | { readonly type: 'locked' }
  /** A locked tab asks for the vault key, sealed to a key that it made for this one question. */
  | { readonly type: 'askForKey'; readonly publicKey: Uint8Array }
  | { readonly type: 'key'; readonly publicKey: Uint8Array; readonly sealed: Uint8Array };

export class Tabs {
  readonly #channel: BroadcastChannel;
  #listener: (message: TabMessage) => void = () => undefined;

  constructor(workspace: WorkspaceId) {
    this.#channel = new BroadcastChannel(`holdfast-${workspace}`);
    this.#channel.onmessage = (event: MessageEvent<TabMessage>) => {
      this.#listener(event.data);
    };
  }

  listen(listener: (message: TabMessage) => void): void {
    this.#listener = listener;
  }

  tell(message: TabMessage): void {
    this.#channel.postMessage(message);
  }

  close(): void {
    this.#channel.close();
  }
}
