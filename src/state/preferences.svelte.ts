/** Language and theme: known before anything is unlocked, the same for every workspace. */

import type { Preferences } from '#worker/vault-api.ts';
import { language } from './texts.svelte.ts';
import { vault } from './vault.ts';

export type { Preferences };

class PreferencesState {
  #current = $state.raw<Preferences>({ language: 'system', theme: 'system' });

  get current(): Preferences {
    return this.#current;
  }

  async load(): Promise<void> {
    await this.#apply(await vault.readPreferences());
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', colourTheBrowser);
    addEventListener('languagechange', () => void language.use(this.#current.language));
  }

  async change(preferences: Partial<Preferences>): Promise<void> {
    await this.#apply({ ...this.#current, ...preferences });
    await vault.writePreferences(this.#current);
  }

  async #apply(preferences: Preferences): Promise<void> {
    this.#current = preferences;
    const { dataset } = document.documentElement;
    if (preferences.theme === 'system') delete dataset['theme'];
    else dataset['theme'] = preferences.theme;
    colourTheBrowser();
    await language.use(preferences.language);
  }
}

/** The bars of the browser and the system take the colour of the page. */
function colourTheBrowser(): void {
  const paper = getComputedStyle(document.documentElement).getPropertyValue('--paper').trim();
  for (const meta of document.querySelectorAll('meta[name=theme-color]')) {
    meta.setAttribute('content', paper);
  }
}

export const preferences = new PreferencesState();
