import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  expectFileChooser,
  fileChooserClosed,
  hideWhenAway,
  watchPresence,
} from '#state/presence.ts';

const MINUTE_MS = 60_000;

class FakeDocument extends EventTarget {
  visibilityState = 'visible';
  readonly documentElement = { dataset: {} as Record<string, string> };
}

let page: EventTarget;
let shown: FakeDocument;
let idle: number;
let hidden: number;
let stop: () => void;

function watch({ lockWhenHidden = false } = {}) {
  stop = watchPresence({
    workspace: 'w',
    lockAfterMs: () => 15 * MINUTE_MS,
    lockWhenHidden: () => lockWhenHidden,
    onIdle: () => (idle += 1),
    onHidden: () => (hidden += 1),
  });
}

function turn(visibilityState: string) {
  shown.visibilityState = visibilityState;
  shown.dispatchEvent(new Event('visibilitychange'));
}

describe('presence', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    page = new EventTarget();
    shown = new FakeDocument();
    idle = 0;
    hidden = 0;
    vi.stubGlobal('document', shown);
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
    vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
    fileChooserClosed();
  });

  afterEach(() => {
    stop();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  test('locks when nobody was there for long enough, and not before', () => {
    watch();
    vi.advanceTimersByTime(14.9 * MINUTE_MS);
    expect(idle).toBe(0);
    vi.advanceTimersByTime(0.2 * MINUTE_MS);
    expect(idle).toBeGreaterThan(0);
  });

  test.each(['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'])(
    'a %s is a sign of presence',
    (sign) => {
      watch();
      vi.advanceTimersByTime(14 * MINUTE_MS);
      page.dispatchEvent(new Event(sign));
      vi.advanceTimersByTime(14 * MINUTE_MS);
      expect(idle).toBe(0);
    },
  );

  test('after a long sleep the first key press locks instead of counting as presence', () => {
    watch();
    vi.setSystemTime(Date.now() + 180 * MINUTE_MS);
    page.dispatchEvent(new Event('keydown'));
    expect(idle).toBe(1);
  });

  test('after a long sleep the page locks before it is shown', () => {
    watch();
    turn('hidden');
    vi.setSystemTime(Date.now() + 180 * MINUTE_MS);
    turn('visible');
    expect(idle).toBe(1);
  });

  test('a hidden page seals its drafts, and locks only where that was asked for', () => {
    watch();
    turn('hidden');
    expect([hidden, idle]).toEqual([1, 0]);
    stop();
    turn('visible');
    watch({ lockWhenHidden: true });
    turn('hidden');
    expect([hidden, idle]).toEqual([2, 1]);
  });

  test('the system’s file chooser may hide the page without locking it, once', () => {
    watch({ lockWhenHidden: true });
    expectFileChooser();
    turn('hidden');
    expect(idle).toBe(0);
    turn('visible');
    turn('hidden');
    expect(idle).toBe(1);
  });

  test('nothing is watched any more after it was stopped', () => {
    watch();
    stop();
    vi.advanceTimersByTime(60 * MINUTE_MS);
    turn('hidden');
    expect([idle, hidden]).toEqual([0, 0]);
  });

  test('a page that leaves the screen is marked, and no longer when it is back', () => {
    watch();
    hideWhenAway();
    const { dataset } = shown.documentElement;
    turn('hidden');
    expect(dataset).toHaveProperty('away');
    turn('visible');
    expect(dataset).not.toHaveProperty('away');
    page.dispatchEvent(new Event('pagehide'));
    expect(dataset).toHaveProperty('away');
    page.dispatchEvent(new Event('pageshow'));
    expect(dataset).not.toHaveProperty('away');
  });
});
