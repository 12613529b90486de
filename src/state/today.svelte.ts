/** The follow-ups that are due: today by the person's own calendar. */

import { createSubscriber } from 'svelte/reactivity';
import type { TodayView } from '#worker/vault-api.ts';
import { todayIso } from './calendar.ts';
import { vault } from './vault.ts';

export type { TaskRow } from '#worker/vault-api.ts';

export class Today {
  readonly #watch: () => void;
  #view = $state.raw<TodayView>();

  constructor() {
    const load = async (): Promise<void> => {
      this.#view = await vault.today(todayIso());
    };
    this.#watch = createSubscriber(() => {
      void load();
      const stopListening = vault.listen((event) => {
        if (event.type === 'changed') void load();
      });
      const onWake = (): void => {
        if (document.visibilityState === 'visible') void load();
      };
      document.addEventListener('visibilitychange', onWake);
      return () => {
        stopListening();
        document.removeEventListener('visibilitychange', onWake);
      };
    });
  }

  /** Undefined until the worker has answered. */
  get view(): TodayView | undefined {
    this.#watch();
    return this.#view;
  }
}
