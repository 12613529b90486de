/**
 * The store as an S3-compatible service: the four verbs of object-store.ts, signed with SigV4 by aws4fetch. PROTOCOL.md
 * sections 1 and 10.
 *
 * A request is asked once. It is asked again only where nothing can have come of it, or where its answer says to: a conflict (409),
 * and a refusal that may be about the time. Everything else, and all waiting, is the engine's. A put that failed on the way may have
 * reached the store all the same; whoever sends the same bytes again and finds the name taken reads it and compares.
 *
 * [Note: What a refusal looks like from a page] Some services (Ceph's gateway is one) answer a wrong signature or a wrong
 * time without CORS headers, so the page learns no more than that the request failed, as it would without a network. A request without
 * a signature is refused with CORS headers and a readable `Date`: whether that one is answered tells the two apart, and its date tells
 * how far this device's clock is off.
 */

import { AwsV4Signer } from 'aws4fetch';
import { bytesToHex, bytesToUtf8, concatBytes } from '#base/bytes.ts';
import { systemClock, type Clock } from '#base/clock.ts';
import { assert, err, ok, type Result } from '#base/result.ts';
import { sha256 } from '#crypto/hash.ts';
import type { StoreSettings } from './messages.ts';
import type { ObjectStore, StoreError } from './object-store.ts';
import { readError, readListBucketResult } from './s3-xml.ts';
import { bucketUrl, encodeRfc3986, objectUrl } from './store-address.ts';

export interface S3StoreOptions {
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
  /** Ends every request that is under way, and refuses new ones. */
  readonly signal?: AbortSignal;
  /** How long the store may be silent, ms; sending gets a second more for every 16 KiB. */
  readonly patienceMs?: number;
}

export interface S3Store extends ObjectStore {
  /** How far this device's clock is ahead of the store's, ms, as the last answer showed it; 0 before the first. */
  readonly clockOffsetMs: number;
}

/** Sync writes objects of 1 MiB at most; more than this is not read into memory. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/** Services refuse a signature that is 15 minutes off; below this a clock is never the reason. */
const CLOCK_TOLERANCE_MS = 60_000;
const CONFLICT_PAUSES_MS = [100, 200, 400];
const DEFAULT_REGION = 'us-east-1';

// eslint-disable-next-line no-restricted-globals -- This is the store client through which sync speaks to the network.
export const networkFetch: typeof fetch = (input, init) => fetch(input, init);

/** What every request has in common: no cookies, no cache, no other host than the one that was typed, no word of the page's address. */
export const requestManners = {
  cache: 'no-store',
  credentials: 'omit',
  redirect: 'error',
  referrerPolicy: 'no-referrer',
} as const satisfies RequestInit;

interface Question {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
}

interface Answer {
  readonly status: number;
  readonly bytes: Body;
  /** The code of S3's error document; empty where there is none. */
  readonly code: string;
  readonly toldTime: boolean;
}

/** Whole, or why not: it broke off, or went on past what is read into memory. */
type Body = Uint8Array<ArrayBuffer> | 'brokeOff' | 'tooLong';

/** No readable answer: `refused` by the network, the browser or the far end at once; `silent` for too long, or ended by the signal. */
type NoAnswer = 'refused' | 'silent';

export function createS3Store(settings: StoreSettings, options: S3StoreOptions = {}): S3Store {
  const bucket = bucketUrl(settings);
  const send = options.fetch ?? networkFetch;
  const clock = options.clock ?? systemClock;
  const patienceMs = options.patienceMs ?? 30_000;
  const signingKeys = new Map<string, ArrayBuffer>();
  let clockOffsetMs = 0;

  return {
    get clockOffsetMs() {
      return clockOffsetMs;
    },

    async put(name, bytes) {
      const answer = await ask(name, (url) => ({
        method: 'PUT',
        url,
        headers: { 'If-None-Match': '*' },
        body: bytes,
      }));
      if (!answer.ok) return answer;
      if (answer.value.status === 200) return ok('created');
      return answer.value.status === 412 ? ok('taken') : err(errorOf(answer.value));
    },

    async get(name) {
      const answer = await ask(name, (url) => ({ method: 'GET', url }));
      if (!answer.ok) return answer;
      const { status, bytes, code } = answer.value;
      if (status === 200 && typeof bytes !== 'string') return ok(bytes);
      return status === 404 && code === 'NoSuchKey' ? ok(null) : err(errorOf(answer.value));
    },

    async list(prefix, after) {
      const wanted = settings.prefix + prefix;
      let last = after === undefined ? '' : settings.prefix + after;
      for (;;) {
        const query = [
          'list-type=2',
          `prefix=${encodeRfc3986(wanted)}`,
          ...(last ? [`start-after=${encodeRfc3986(last)}`] : []),
        ].join('&');
        const answer = await ask('', (url) => ({
          method: 'GET',
          url: new URL(`${url.href}?${query}`),
        }));
        if (!answer.ok) return answer;
        if (answer.value.status !== 200 || typeof answer.value.bytes === 'string') {
          return err(errorOf(answer.value));
        }
        const listed = readListBucketResult(textOf(answer.value.bytes));
        if (!listed || !isInOrder(listed.keys, wanted, last)) {
          return err({ type: 'NotAStore', status: 200 });
        }
        last = listed.keys.at(-1) ?? last;
        // What somebody else laid under the prefix (a console's folder mark, say) has letters that no name of ours has.
        const names = listed.keys.map((key) => key.slice(settings.prefix.length)).filter(isName);
        if (names.length > 0 || !listed.isTruncated) return ok({ names, more: listed.isTruncated });
        if (listed.keys.length === 0) return err({ type: 'NotAStore', status: 200 });
      }
    },

    async remove(name) {
      const answer = await ask(name, (url) => ({ method: 'DELETE', url }));
      if (!answer.ok) return answer;
      const { status, code } = answer.value;
      const isGone = status === 204 || status === 200 || (status === 404 && code === 'NoSuchKey');
      return isGone ? ok() : err(errorOf(answer.value));
    },
  };

  /** One question of sync, in as many requests as refusals and conflicts take. An empty name stands for the bucket. */
  async function ask(
    name: string,
    questionAt: (url: URL) => Question,
  ): Promise<Result<Answer, StoreError>> {
    assert(name === '' || isName(name), 'a name is made of a-z, 0-9, - and /');
    if (!bucket) return err({ type: 'Unreachable' });
    if (!isSpeakable(settings.accessKey)) return err({ type: 'Denied' });
    const url =
      name === '' ? new URL(bucketRoot(bucket)) : objectUrl(bucket, settings.prefix + name);
    const question = questionAt(url);

    let answered = await attempt(question, bucket);
    for (const pauseMs of CONFLICT_PAUSES_MS) {
      if (!answered.ok || answered.value.status !== 409) break;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      answered = await attempt(question, bucket);
    }
    return answered;
  }

  /** See: [Note: What a refusal looks like from a page]. */
  async function attempt(question: Question, root: URL): Promise<Result<Answer, StoreError>> {
    const signedByOffset = clockOffsetMs;
    const first = await exchange(await sign(question));
    if (first === 'silent') return err({ type: 'Unreachable' });
    if (first !== 'refused' && !isRefusal(first)) return ok(first);

    const isSkewed = () => Math.abs(clockOffsetMs - signedByOffset) > CLOCK_TOLERANCE_MS;
    if (first === 'refused' || !first.toldTime) {
      const unsigned = { method: 'GET', url: new URL(bucketRoot(root)) } as const;
      const witness = await exchange({ ...unsigned, redirect: 'manual' });
      if (typeof witness === 'string') {
        return err({ type: first === 'refused' ? 'Unreachable' : 'Denied' });
      }
      if (isRedirect(witness)) return err({ type: 'NotAStore', status: witness.status });
    }
    if (first !== 'refused' && !isSkewed()) return err({ type: 'Denied' });

    const second = await exchange(await sign(question));
    if (second === 'silent') return err({ type: 'Unreachable' });
    if (second !== 'refused' && !isRefusal(second)) return ok(second);
    const isAboutTime = second !== 'refused' && second.code === 'RequestTimeTooSkewed';
    return err(isAboutTime ? { type: 'WrongClock', offsetMs: clockOffsetMs } : { type: 'Denied' });
  }

  /**
   * The body's hash is signed too, though `UNSIGNED-PAYLOAD` would save it: every compatible service knows it, also without TLS, and
   * a body that was cut or changed on the way is refused rather than kept for ever under a name that can't be written again.
   */
  async function sign({ method, url, headers, body }: Question): Promise<Signed> {
    const hash = await sha256(body ?? new Uint8Array(0));
    const signer = new AwsV4Signer({
      method,
      url: url.href,
      headers: { ...headers, 'X-Amz-Content-Sha256': bytesToHex(hash) },
      accessKeyId: settings.accessKey,
      secretAccessKey: settings.secretKey,
      service: 's3',
      region: isSpeakable(settings.region) ? settings.region : DEFAULT_REGION,
      cache: signingKeys,
      datetime: amzDate(clock.now() - clockOffsetMs),
    });
    const signed = await signer.sign();
    return { method, url, headers: signed.headers, ...(body ? { body } : {}) };
  }

  async function exchange(request: Signed): Promise<Answer | NoAnswer> {
    const { url, ...init } = request;
    const patience = createPatience(options.signal);
    try {
      patience.wait(patienceMs + ((init.body?.length ?? 0) / 16_384) * 1000);
      const response = await send(url.href, {
        ...requestManners,
        ...init,
        signal: patience.signal,
      });
      // Where redirects are not followed, a browser hides everything else about one.
      const status = response.type === 'opaqueredirect' ? 302 : response.status;
      const isFresh = !response.headers.has('Age');
      let toldTime = isFresh && learnTime(Date.parse(response.headers.get('Date') ?? ''));
      const bytes = await readBody(response, () => patience.wait(patienceMs));
      const isError = status >= 400 && typeof bytes !== 'string';
      const error = isError ? readError(textOf(bytes)) : null;
      if (error?.serverTime && learnTime(error.serverTime)) toldTime = true;
      return { status, bytes, code: error?.code ?? '', toldTime };
    } catch {
      return patience.signal.aborted ? 'silent' : 'refused';
    } finally {
      patience.end();
    }
  }

  /** `false` where that is no time. */
  function learnTime(storeTime: number): boolean {
    if (!(storeTime > 0 && storeTime < LAST_SIGNABLE_TIME)) return false;
    // The header counts whole seconds: on average it is half a second behind.
    clockOffsetMs = clock.now() - storeTime - 500;
    return true;
  }
}

interface Signed {
  readonly method: Question['method'];
  readonly url: URL;
  readonly headers?: Headers;
  readonly body?: Uint8Array<ArrayBuffer>;
  readonly redirect?: RequestRedirect;
}

/** 9999-12-31: SigV4 writes years with four digits. */
const LAST_SIGNABLE_TIME = 253_402_300_799_000;

function amzDate(time: number): string {
  const sound = Math.min(Math.max(time, 0), LAST_SIGNABLE_TIME);
  return new Date(sound).toISOString().replace(/[:-]|\.\d{3}/g, '');
}

function errorOf({ status, bytes, code }: Answer): StoreError {
  if (code === 'NoSuchBucket') return { type: 'NoSuchBucket' };
  // Amazon's refusal of a signature made for another region than the bucket's.
  if (code === 'AuthorizationHeaderMalformed') return { type: 'Denied' };
  if (status === 501) return { type: 'NotAStore', status };
  if (status >= 500 || status === 409 || status === 429) return { type: 'Busy', status };
  return bytes === 'brokeOff' && status === 200
    ? { type: 'Busy', status }
    : { type: 'NotAStore', status };
}

function isRefusal({ status }: Answer): boolean {
  return status === 401 || status === 403;
}

function isRedirect({ status }: Answer): boolean {
  return status >= 300 && status < 400;
}

function isName(text: string): boolean {
  return /^[a-z0-9/-]+$/.test(text);
}

/** What may stand in the line of the Authorization header that names the key. */
function isSpeakable(text: string): boolean {
  return /^[\x21-\x2b\x2d\x2e\x30-\x7e]+$/.test(text);
}

/** S3 names a bucket in a path without the slash behind it. */
function bucketRoot(bucket: URL): string {
  return bucket.pathname === '/' ? bucket.href : bucket.href.slice(0, -1);
}

/** A list that goes back, repeats or leaves its prefix would lead a reader in circles. */
function isInOrder(keys: readonly string[], prefix: string, after: string): boolean {
  let last = after;
  for (const key of keys) {
    if (!key.startsWith(prefix) || compareByUtf8(key, last) <= 0) return false;
    last = key;
  }
  return true;
}

/** The order of S3: by bytes, which above U+FFFF is not the order of UTF-16. */
function compareByUtf8(a: string, b: string): number {
  let index = 0;
  while (index < a.length && index < b.length) {
    const [left, right] = [a.codePointAt(index) ?? 0, b.codePointAt(index) ?? 0];
    if (left !== right) return left - right;
    index += left > 0xffff ? 2 : 1;
  }
  return a.length - b.length;
}

/** Bytes that are no UTF-8 are no document either: the empty text is none. */
function textOf(bytes: Uint8Array): string {
  try {
    return bytesToUtf8(bytes);
  } catch {
    return '';
  }
}

async function readBody(response: Response, onProgress: () => void): Promise<Body> {
  if (!response.body) return new Uint8Array(0);
  const reader = response.body.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      onProgress();
      const { done, value } = await reader.read();
      if (done) return concatBytes(...parts);
      length += value.length;
      if (length > MAX_ANSWER_BYTES) {
        await reader.cancel();
        return 'tooLong';
      }
      parts.push(value);
    }
  } catch {
    return 'brokeOff';
  }
}

interface Patience {
  readonly signal: AbortSignal;
  /** From now, so long and no longer. */
  wait(ms: number): void;
  end(): void;
}

/** Ends a request when the store has been silent for too long, or when somebody asks. `AbortSignal.any` came to Safari later than we ask for. */
function createPatience(outer: AbortSignal | undefined): Patience {
  const controller = new AbortController();
  const abort = () => controller.abort();
  let timer: ReturnType<typeof setTimeout> | undefined;
  if (outer?.aborted) abort();
  outer?.addEventListener('abort', abort);
  return {
    signal: controller.signal,
    wait(ms) {
      clearTimeout(timer);
      timer = setTimeout(abort, ms);
    },
    end() {
      clearTimeout(timer);
      outer?.removeEventListener('abort', abort);
    },
  };
}
