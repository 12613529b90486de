/**
 * Where the person is, and what the system's Back does: it closes what is open above the screen, newest first, then goes back.
 *
 * The address is a hash (`#/customers/ID`) that carries record ids and nothing else of a customer. What opens above a screen
 * (a dialog, a menu) gets a history entry of its own, so that Back has something to take away.
 */

interface EntryState {
  /** How many of Holdfast's entries lie before this one. */
  readonly index: number;
  /** How many dialogs and menus are open at this entry. */
  readonly overlays: number;
}

const HOME = '/customers';

class Router {
  #path = $state(HOME);
  readonly #parts = $derived(this.#path.split('/').filter(Boolean));
  readonly #overlays: (() => void)[] = [];
  #goingBack = false;
  /** Where to go once the way back has come to its end: it would take a place away that was opened meanwhile. */
  #afterwards: (() => void) | undefined;

  /** Call once, when the page starts. */
  start(): void {
    this.#path = pathOfAddress();
    history.replaceState({ index: 0, overlays: 0 } satisfies EntryState, '');
    addEventListener('popstate', () => this.#onTraverse());
    addEventListener('hashchange', () => this.#onNewAddress());
    addEventListener('click', (event) => this.#onLink(event));
  }

  /** `/customers/ID/edit` */
  get path(): string {
    return this.#path;
  }

  /** `['customers', 'ID', 'edit']` */
  get parts(): readonly string[] {
    return this.#parts;
  }

  /** Opens a place; Back returns from it. From within a dialog or menu: closes it. */
  go(path: string): void {
    if (this.#isOnTheWay(() => this.go(path))) return;
    if (path === this.#path && this.#overlays.length === 0) return;
    const { index, overlays } = entryState();
    if (overlays > 0) return this.#replace(path, index);
    history.pushState({ index: index + 1, overlays: 0 } satisfies EntryState, '', `#${path}`);
    this.#arrive();
  }

  /** Opens a place instead of the current one. `<a href="#/…" data-replace>` does the same. */
  replace(path: string): void {
    if (this.#isOnTheWay(() => this.replace(path))) return;
    this.#replace(path, entryState().index);
  }

  /** Back to where the person came from; to `fallback` where this is the first place. */
  back(fallback: string): void {
    if (this.#isOnTheWay(() => this.back(fallback))) return;
    if (entryState().index > 0) history.back();
    else this.replace(fallback);
  }

  /**
   * Tells that something opened above the screen. `close` is called when Back, or another place, closes it; the returned
   * function tells that it was closed otherwise. `Dialog` and `Menu` do this by themselves.
   */
  openOverlay(close: () => void): () => void {
    this.#overlays.push(close);
    this.#pushMissing();
    return () => {
      const at = this.#overlays.indexOf(close);
      if (at < 0) return;
      this.#overlays.splice(at, 1);
      // What opens in the same breath (a menu's dialog) takes over the entry.
      setTimeout(() => this.#popSurplus());
    };
  }

  #isOnTheWay(next: () => void): boolean {
    if (this.#goingBack) this.#afterwards = next;
    return this.#goingBack;
  }

  #pushMissing(): void {
    if (this.#goingBack) return;
    const { index, overlays } = entryState();
    if (overlays >= this.#overlays.length) return;
    const next = { index: index + 1, overlays: this.#overlays.length } satisfies EntryState;
    history.pushState(next, '');
  }

  #popSurplus(): void {
    const surplus = entryState().overlays - this.#overlays.length;
    if (surplus <= 0 || this.#goingBack) return;
    this.#goingBack = true;
    history.go(-surplus);
  }

  #replace(path: string, index: number): void {
    history.replaceState({ index, overlays: 0 } satisfies EntryState, '', `#${path}`);
    this.#arrive();
  }

  #onTraverse(): void {
    // A link was followed: `hashchange` comes next.
    if (history.state === null) return;
    const { overlays } = entryState();
    if (this.#goingBack) {
      this.#goingBack = false;
      this.#path = pathOfAddress();
      this.#pushMissing();
      const next = this.#afterwards;
      this.#afterwards = undefined;
      next?.();
      return;
    }
    if (overlays > this.#overlays.length) {
      // The entry of something long closed.
      this.#goingBack = true;
      history.back();
      return;
    }
    this.#closeDownTo(overlays);
    this.#path = pathOfAddress();
  }

  #onNewAddress(): void {
    if (history.state !== null) return;
    const index = 0;
    history.replaceState({ index, overlays: 0 } satisfies EntryState, '');
    this.#arrive();
  }

  #onLink(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const path = link?.getAttribute('href');
    if (!path?.startsWith('#/') || event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (link?.hasAttribute('data-replace')) this.replace(path.slice(1));
    else this.go(path.slice(1));
  }

  #arrive(): void {
    this.#closeDownTo(0);
    this.#path = pathOfAddress();
  }

  #closeDownTo(count: number): void {
    for (const close of this.#overlays.splice(count).reverse()) close();
  }
}

function entryState(): EntryState {
  return (history.state as EntryState | null) ?? { index: 0, overlays: 0 };
}

function pathOfAddress(): string {
  const path = location.hash.slice(1);
  return path.startsWith('/') && path !== '/' ? path : HOME;
}

export const router = new Router();
