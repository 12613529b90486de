/** The list of customers as it is being looked at: the query, the rows around the visible ones, and what one may filter by. */

import { createSubscriber } from 'svelte/reactivity';
import type { Summary } from '#domain/summary.ts';
import type { Facets, ListPage, ListQuery } from '#worker/vault-api.ts';
import { commit } from './commit.ts';
import { onLeave } from './leave.ts';
import { session } from './session.svelte.ts';
import { language } from './texts.svelte.ts';
import { vault } from './vault.ts';

export type { ListQuery, SortOrder } from '#worker/vault-api.ts';

const FIRST_QUERY: ListQuery = { text: '', sort: 'changed' };
/** Rows kept on either side of the visible ones. */
const MARGIN = 40;
const FIRST_ROWS = 24;
const NO_FACETS: Facets = { tags: [], owners: [], stages: [] };

class Customers {
  readonly #watch: () => void;
  #query = $state.raw(FIRST_QUERY);
  #page = $state.raw<ListPage>();
  #facets = $state.raw(NO_FACETS);
  #visible = { from: 0, to: FIRST_ROWS };
  /** The turn of asking that is under way. */
  #asking: object | undefined;
  #askAgain = false;

  /** How far the list is scrolled, in pixels. */
  place = $state(0);

  /** Whether any filter or text narrows the list. */
  readonly filtered = $derived(isFiltered(this.#query));

  constructor() {
    onLeave(() => this.#forget());
    this.#watch = createSubscriber(() => {
      void this.#ask();
      void this.#askFacets();
      return vault.listen((event) => {
        if (event.type !== 'changed') return;
        void this.#ask();
        void this.#askFacets();
      });
    });
  }

  get query(): ListQuery {
    return this.#query;
  }

  /** Undefined until the worker has answered for the first time. */
  get page(): ListPage | undefined {
    this.#watch();
    return this.#page;
  }

  get facets(): Facets {
    this.#watch();
    return this.#facets;
  }

  /** The row at a place of the list; undefined while it is on its way. */
  row(index: number): Summary | undefined {
    const page = this.page;
    return page?.rows[index - page.from];
  }

  /** Changes what is asked for; an empty tag, owner or stage lifts that filter. The list starts at its top again. */
  search(choice: Partial<ListQuery>): void {
    const { text, sort, tag, owner, stage } = { ...this.#query, ...choice };
    this.#query = {
      text,
      sort,
      ...(tag && { tag }),
      ...(owner && { owner }),
      ...(stage && { stage }),
    };
    this.place = 0;
    this.#visible = { from: 0, to: FIRST_ROWS };
    void this.#ask();
  }

  /** Shows all customers again, in the same order. */
  showAll(): void {
    this.search({ text: '', tag: '', owner: '', stage: '' });
  }

  async addExamples(): Promise<void> {
    const { addedExamples } = language.texts.customers;
    await commit(vault.addExampleCustomers(language.current), addedExamples);
  }

  /** Tells which rows are on the screen, so that they and their neighbours are there. */
  show(from: number, to: number): void {
    this.#visible = { from, to };
    const page = this.#page;
    if (!page) return;
    const until = Math.min(to, page.matched);
    if (from < page.from || until > page.from + page.rows.length) void this.#ask();
  }

  /** One question at a time; what was asked for meanwhile is asked next, and an answer to an older query is dropped. */
  async #ask(): Promise<void> {
    if (this.#asking) {
      this.#askAgain = true;
      return;
    }
    const turn = {};
    this.#asking = turn;
    do {
      this.#askAgain = false;
      const query = this.#query;
      const { from, to } = this.#visible;
      const page = await vault.list(query, Math.max(0, from - MARGIN), to + MARGIN);
      if (turn !== this.#asking) return;
      if (query === this.#query) this.#page = page;
    } while (this.#isAskedAgain());
    this.#asking = undefined;
  }

  #isAskedAgain(): boolean {
    return this.#askAgain;
  }

  /** Nothing of a workspace stays on the page when it is locked. */
  #forget(): void {
    this.#asking = undefined;
    this.#query = FIRST_QUERY;
    this.#page = undefined;
    this.#facets = NO_FACETS;
    this.place = 0;
  }

  async #askFacets(): Promise<void> {
    const owner = session.current?.workspace;
    const facets = await vault.facets();
    if (session.current?.workspace === owner) this.#facets = facets;
  }
}

function isFiltered(query: ListQuery): boolean {
  return (
    query.text.trim() !== '' ||
    query.tag !== undefined ||
    query.owner !== undefined ||
    query.stage !== undefined
  );
}

/** One for the whole app, so that the list is found again as it was left. */
export const customers = new Customers();
