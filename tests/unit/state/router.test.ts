import { beforeEach, describe, expect, test, vi } from 'vitest';

/** A window's history as the specification has it: traversals are asynchronous and fire `popstate`. */
class FakeHistory {
  entries: { state: unknown; hash: string }[] = [{ state: null, hash: '' }];
  at = 0;

  get state(): unknown {
    return this.entries[this.at]!.state;
  }

  pushState(state: unknown, _title: string, address?: string): void {
    const hash = address ?? this.entries[this.at]!.hash;
    this.entries = [...this.entries.slice(0, this.at + 1), { state, hash }];
    this.at += 1;
  }

  replaceState(state: unknown, _title: string, address?: string): void {
    this.entries[this.at] = { state, hash: address ?? this.entries[this.at]!.hash };
  }

  go(steps: number): void {
    setTimeout(() => {
      this.at = Math.max(0, Math.min(this.entries.length - 1, this.at + steps));
      events.dispatchEvent(new Event('popstate'));
    });
  }

  back(): void {
    this.go(-1);
  }
}

let events: EventTarget;
let browser: FakeHistory;

async function freshRouter(hash = '') {
  vi.resetModules();
  events = new EventTarget();
  browser = new FakeHistory();
  browser.entries[0]!.hash = hash;
  vi.stubGlobal('history', browser);
  vi.stubGlobal('location', {
    get hash() {
      return browser.entries[browser.at]!.hash;
    },
  });
  vi.stubGlobal('addEventListener', events.addEventListener.bind(events));
  const { router } = await import('#state/router.svelte.ts');
  router.start();
  return router;
}

/** Turns of the timers, not milliseconds: on a busy machine a timer of ten comes before one that a shorter one sets. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 6; turn++) await new Promise((resolve) => setTimeout(resolve));
}

describe('the router', () => {
  beforeEach(() => {
    vi.unstubAllGlobals();
  });

  test('starts where the address says, else with the customers', async () => {
    expect((await freshRouter()).path).toBe('/customers');
    expect((await freshRouter('#/settings')).path).toBe('/settings');
    expect((await freshRouter('#nonsense')).path).toBe('/customers');
  });

  test('Back returns to the place before', async () => {
    const router = await freshRouter();
    router.go('/customers/abc');
    router.go('/customers/abc/edit');
    expect(router.parts).toEqual(['customers', 'abc', 'edit']);
    browser.back();
    await settled();
    expect(router.path).toBe('/customers/abc');
  });

  test('a replaced place is not returned to', async () => {
    const router = await freshRouter();
    router.go('/customers/abc');
    router.replace('/customers/def');
    browser.back();
    await settled();
    expect(router.path).toBe('/customers');
  });

  test('"back" leads to the fallback where nothing was before', async () => {
    const router = await freshRouter('#/customers/abc');
    router.back('/customers');
    await settled();
    expect(router.path).toBe('/customers');
    expect(browser.at).toBe(0);
  });

  test('the system’s Back closes what is open, newest first, and stays at the place', async () => {
    const router = await freshRouter();
    router.go('/settings');
    const closed: string[] = [];
    router.openOverlay(() => closed.push('dialog'));
    router.openOverlay(() => closed.push('menu'));
    browser.back();
    await settled();
    expect(closed).toEqual(['menu']);
    browser.back();
    await settled();
    expect(closed).toEqual(['menu', 'dialog']);
    expect(router.path).toBe('/settings');
    browser.back();
    await settled();
    expect(router.path).toBe('/customers');
  });

  test('what closes by itself leaves no entry behind', async () => {
    const router = await freshRouter();
    router.go('/settings');
    const before = browser.at;
    const release = router.openOverlay(() => undefined);
    release();
    await settled();
    expect(browser.at).toBe(before);
    expect(router.path).toBe('/settings');
  });

  test('a dialog that a menu opens takes over its entry, and Back closes it', async () => {
    const router = await freshRouter();
    const closed: string[] = [];
    const releaseMenu = router.openOverlay(() => closed.push('menu'));
    releaseMenu();
    router.openOverlay(() => closed.push('dialog'));
    await settled();
    expect(browser.at).toBe(1);
    browser.back();
    await settled();
    expect(closed).toEqual(['dialog']);
    expect(browser.at).toBe(0);
  });

  test('a dialog opened while the menu’s entry is being taken away still has one', async () => {
    const router = await freshRouter();
    const closed: string[] = [];
    router.openOverlay(() => undefined)();
    await new Promise((resolve) => setTimeout(resolve));
    router.openOverlay(() => closed.push('dialog'));
    await settled();
    browser.back();
    await settled();
    expect(closed).toEqual(['dialog']);
  });

  test('going elsewhere from a dialog closes it and takes its entry', async () => {
    const router = await freshRouter();
    const closed: string[] = [];
    const release = router.openOverlay(() => {
      closed.push('palette');
      release();
    });
    router.go('/customers/abc');
    await settled();
    expect(closed).toEqual(['palette']);
    expect(router.path).toBe('/customers/abc');
    browser.back();
    await settled();
    expect(router.path).toBe('/customers');
  });
});
