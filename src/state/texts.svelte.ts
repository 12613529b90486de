/** The language that the page speaks: its sentences, and the locale by which dates and numbers are written. */

import { enFront, type FrontTexts } from '#texts/en-front.ts';
import type { Texts } from '#texts/en.ts';
import type { Preferences } from '#worker/vault-api.ts';

export type Language = 'en' | 'zh-CN';

class LanguageState {
  #texts = $state.raw<FrontTexts>(enFront);
  #current = $state<Language>('en');
  #completing: Promise<void> | undefined;

  /**
   * All sentences of the current language: `const t = $derived(language.texts.backups)`. Those of the first screen are there from
   * the start, the others once `complete` has returned; `Lazy` waits for it before it shows a screen.
   */
  get texts(): Texts {
    return this.#texts as Texts;
  }

  get current(): Language {
    return this.#current;
  }

  /** The browser's own variety of the current language (en-GB, zh-TW), else the language. */
  get locale(): string {
    const [base] = this.#current.split('-');
    return (
      navigator.languages.find((locale) => locale.toLowerCase().split('-')[0] === base) ??
      this.#current
    );
  }

  async use(preference: Preferences['language']): Promise<void> {
    const wanted = preference === 'system' ? languageOfBrowser() : preference;
    const front = await frontTexts(wanted);
    this.#texts = this.#completing ? await allTexts(wanted) : front;
    this.#current = wanted;
    document.documentElement.lang = wanted;
  }

  complete(): Promise<void> {
    this.#completing ??= this.#loadAll();
    return this.#completing;
  }

  async #loadAll(): Promise<void> {
    const language = this.#current;
    const texts = await allTexts(language);
    if (language === this.#current) this.#texts = texts;
  }
}

async function frontTexts(language: Language): Promise<FrontTexts> {
  if (language === 'en') return enFront;
  return (await import('#texts/zh-CN-front.ts')).zhCNFront;
}

async function allTexts(language: Language): Promise<Texts> {
  if (language === 'en') return (await import('#texts/en.ts')).en;
  return (await import('#texts/zh-CN.ts')).zhCN;
}

/** The first of the person's languages that Holdfast speaks. */
function languageOfBrowser(): Language {
  for (const locale of navigator.languages) {
    const [base] = locale.toLowerCase().split('-');
    if (base === 'en') return 'en';
    if (base === 'zh') return 'zh-CN';
  }
  return 'en';
}

export const language = new LanguageState();
