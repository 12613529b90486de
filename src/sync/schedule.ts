/** When a round is due: soon after a change, often while something happens, seldom while nothing does, later and later after failures. PROTOCOL.md section 11. */

const SETTLE_MS = 500;
const SETTLE_AT_MOST_MS = 5_000;
const LIVELY_EVERY_MS = 1_500;
const LIVELY_FOR_MS = 2 * 60_000;
const VISIBLE_EVERY_MS = 15_000;
const WHOLE_EVERY_MS = 5 * 60_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;

export type RoundEnd = 'quiet' | 'lively' | 'failed';

/** When rounds run, and nothing else: tests call them by hand. */
export type Timing = Pick<
  Schedule,
  'nextTryAt' | 'start' | 'stop' | 'touch' | 'setVisible' | 'now'
>;

export class Schedule {
  readonly #run: (options: { readonly whole: boolean }) => Promise<RoundEnd>;
  readonly #random: () => number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #visible = true;
  #stopped = true;
  #running: Promise<void> | null = null;
  /** One that comes while a round is under way asks for the next one at once. */
  #touches = 0;
  #changedSince: number | null = null;
  #livelyUntil = 0;
  #failures = 0;
  #wholeAt = 0;
  #nextTryAt: number | null = null;

  constructor(
    run: (options: { readonly whole: boolean }) => Promise<RoundEnd>,
    random: () => number = () => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32,
  ) {
    this.#run = run;
    this.#random = random;
  }

  /** Ms since 1970, of the next try after a failure. */
  get nextTryAt(): number | null {
    return this.#nextTryAt;
  }

  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#in(0);
  }

  /** Waits for a round that is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  /** Something was changed here. */
  touch(): void {
    const now = Date.now();
    this.#livelyUntil = now + LIVELY_FOR_MS;
    this.#touches += 1;
    if (this.#running !== null) return;
    // After a failure the next try has its time already.
    if (this.#failures > 0) return;
    this.#changedSince ??= now;
    this.#in(Math.min(SETTLE_MS, Math.max(0, this.#changedSince + SETTLE_AT_MOST_MS - now)));
  }

  setVisible(visible: boolean): void {
    if (visible === this.#visible) return;
    this.#visible = visible;
    // Going out of sight is the last moment at which a change is surely sent.
    this.#in(0);
  }

  /** A round now, whatever failed before; waits until it has ended. */
  async now(): Promise<void> {
    if (this.#stopped) return;
    this.#wholeAt = 0;
    this.#failures = 0;
    clearTimeout(this.#timer);
    await this.#running;
    await this.#round();
  }

  #in(ms: number): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      void this.#round();
    }, ms);
  }

  #round(): Promise<void> {
    this.#running ??= this.#work().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #work(): Promise<void> {
    this.#changedSince = null;
    const touches = this.#touches;
    const whole = Date.now() >= this.#wholeAt;
    let end: RoundEnd = 'failed';
    try {
      end = await this.#run({ whole });
    } finally {
      // A bug surfaces as one, and the next round comes all the same.
      this.#plan(end, { whole, isTouched: this.#touches !== touches });
    }
  }

  #plan(
    end: RoundEnd,
    { whole, isTouched }: { readonly whole: boolean; readonly isTouched: boolean },
  ): void {
    const now = Date.now();
    if (end === 'failed') {
      this.#failures += 1;
      const pause = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (this.#failures - 1));
      const wait = pause * (1 + this.#random() / 2);
      this.#nextTryAt = now + wait;
      this.#in(wait);
      return;
    }
    this.#failures = 0;
    this.#nextTryAt = null;
    if (whole) this.#wholeAt = now + WHOLE_EVERY_MS;
    if (end === 'lively') this.#livelyUntil = now + LIVELY_FOR_MS;
    if (isTouched) this.#in(SETTLE_MS);
    else if (!this.#visible) return;
    else this.#in(now < this.#livelyUntil ? LIVELY_EVERY_MS : VISIBLE_EVERY_MS);
  }
}
