/**
 * Whether somebody is there: an idle page locks, and a page that leaves the screen shows nothing.
 *
 * The wall clock decides, so that a device that slept locks before anything is drawn. Tabs of one workspace tell each other that
 * they are in use.
 */

export interface Watched {
  readonly workspace: string;
  readonly lockAfterMs: () => number;
  readonly lockWhenHidden: () => boolean;
  /** Nobody was there for too long. */
  readonly onIdle: () => void;
  /** The page has left the screen. */
  readonly onHidden: () => void;
}

const CHECK_MS = 2_000;
const TELL_MS = 5_000;
const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;

let choosingFile = false;

/** The system's file chooser may hide the page: that alone does not lock it. */
export function expectFileChooser(): void {
  choosingFile = true;
}

export function fileChooserClosed(): void {
  choosingFile = false;
}

/** Hides the page whenever it leaves the screen, locked or not. */
export function hideWhenAway(): void {
  const away = () => (document.documentElement.dataset['away'] = '');
  const back = () => delete document.documentElement.dataset['away'];
  const byVisibility = () => (document.visibilityState === 'hidden' ? away() : back());
  document.addEventListener('visibilitychange', byVisibility);
  document.addEventListener('freeze', away);
  document.addEventListener('resume', byVisibility);
  addEventListener('pagehide', away);
  addEventListener('pageshow', byVisibility);
}

/** Watches until the returned function is called. */
export function watchPresence(watched: Watched): () => void {
  const channel = new BroadcastChannel('holdfast-presence');
  let lastSeen = Date.now();
  let lastTold = 0;

  const isIdle = () => Date.now() - lastSeen >= watched.lockAfterMs();

  const check = () => {
    if (isIdle()) watched.onIdle();
  };

  const see = () => {
    // The first key press after a long sleep is not a sign of presence.
    if (isIdle()) {
      watched.onIdle();
      return;
    }
    lastSeen = Date.now();
    if (lastSeen - lastTold < TELL_MS) return;
    lastTold = lastSeen;
    channel.postMessage(watched.workspace);
  };

  const onVisibility = () => {
    if (document.visibilityState === 'visible') {
      choosingFile = false;
      check();
      return;
    }
    watched.onHidden();
    if (watched.lockWhenHidden() && !choosingFile) watched.onIdle();
  };

  channel.onmessage = ({ data }) => {
    if (data === watched.workspace && !isIdle()) lastSeen = Date.now();
  };
  const timer = setInterval(check, CHECK_MS);
  for (const sign of SIGNS) addEventListener(sign, see, { capture: true, passive: true });
  document.addEventListener('visibilitychange', onVisibility);
  document.addEventListener('resume', check);
  addEventListener('pageshow', check);

  return () => {
    channel.close();
    clearInterval(timer);
    for (const sign of SIGNS) removeEventListener(sign, see, { capture: true });
    document.removeEventListener('visibilitychange', onVisibility);
    document.removeEventListener('resume', check);
    removeEventListener('pageshow', check);
  };
}
