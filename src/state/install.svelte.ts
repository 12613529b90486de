/** Whether Holdfast runs as an installed app, and the browser's offer to install it. */

/** Chromium's, in no standard yet. */
interface InstallPrompt extends Event {
  prompt(): Promise<unknown>;
}

class InstallState {
  #offer = $state.raw<InstallPrompt | null>(null);
  #installed = $state(matchMedia('(display-mode: standalone)').matches);

  /** Call once, early: the browser offers only once. */
  start(): void {
    addEventListener('beforeinstallprompt', (offer) => {
      offer.preventDefault();
      this.#offer = offer as InstallPrompt;
    });
    addEventListener('appinstalled', () => {
      this.#offer = null;
      this.#installed = true;
    });
  }

  get installed(): boolean {
    return this.#installed;
  }

  get offered(): boolean {
    return this.#offer !== null;
  }

  /** iPadOS calls itself a Mac, but no Mac has a touch screen. */
  get isApple(): boolean {
    return (
      /iPad|iPhone/.test(navigator.userAgent) ||
      (navigator.userAgent.includes('Macintosh') && navigator.maxTouchPoints > 1)
    );
  }

  async install(): Promise<void> {
    const offer = this.#offer;
    this.#offer = null;
    await offer?.prompt();
  }
}

export const install = new InstallState();
