/**
 * Why a request to a store failed here, in the browser: for the app's own policy, for want of CORS rules, or on the way. To a script all
 * three look alike, so this gathers what browsers say beside the failure.
 *
 * [Note: Signs of a refusal] Chromium and Firefox fire `securitypolicyviolation` in workers. WebKit does not; there the policy is
 * read from the header of the worker's own script, which is the one that counts. A store without CORS rules would answer a request in
 * the mode `no-cors`, but a page with `Cross-Origin-Embedder-Policy: require-corp` is kept from that answer as well; Chromium then
 * reports that it kept one back, which says just as much. Elsewhere missing CORS rules can't be told from a store that is down.
 */

import { requestManners } from './s3-store.ts';

export interface RefusalOptions {
  readonly fetch: typeof fetch;
  readonly signal?: AbortSignal;
  /** The script that asks, by default this one's. */
  readonly self?: Self;
}

/** What of a worker's global scope is asked; outside a browser none of it is there. */
export interface Self {
  readonly location?: { readonly href: string; readonly origin: string };
  readonly addEventListener?: (type: string, listener: (event: Event) => void) => void;
  readonly removeEventListener?: (type: string, listener: (event: Event) => void) => void;
  readonly ReportingObserver?: new (
    callback: (reports: readonly { readonly body: ReportBody }[]) => void,
    options: { readonly types: string[] },
  ) => { observe(): void; disconnect(): void };
}

/** Its fields can be read in its JSON alone. */
export interface ReportBody {
  toJSON(): { readonly type?: unknown; readonly blockedURL?: unknown };
}

/** `none`: it was answered, so nothing here stands in its way. */
export type Refusal = 'none' | 'policy' | 'cors' | 'unknown';

/** The libraries of Node, of pages and of workers type these differently, or not at all. */
export const thisSelf = () => globalThis as unknown as Self;

/** Browsers tell of a refusal in a task of its own, soon after the request failed. */
const REPORT_DELAY_MS = 100;

/** Tries the method without a signature, as the store's CORS rules must let it through. */
export async function findRefusal(
  url: URL,
  method: 'GET' | 'PUT' | 'DELETE',
  options: RefusalOptions,
): Promise<Refusal> {
  const { fetch: send, signal, self = thisSelf() } = options;
  const common = { ...requestManners, ...(signal ? { signal } : {}) };
  const signs = watchSigns(self, url);
  try {
    const headers = {
      'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD',
      ...(method === 'PUT' ? { 'If-None-Match': '*' } : {}),
    };
    if (await isAnswered(send(url.href, { ...common, method, headers }))) return 'none';
    const seen = await isAnswered(
      send(url.href, { ...common, mode: 'no-cors', redirect: 'follow' }),
    );
    if (seen) return 'cors';
    await new Promise((resolve) => setTimeout(resolve, REPORT_DELAY_MS));
    if (signs.policy) return 'policy';
    if (signs.keptBack) return 'cors';
    return (await isOutsidePolicy(url, send, self)) ? 'policy' : 'unknown';
  } finally {
    signs.end();
  }
}

interface Signs {
  policy: boolean;
  keptBack: boolean;
  end(): void;
}

function watchSigns(self: Self, url: URL): Signs {
  const isAboutIt = (address: unknown) =>
    typeof address === 'string' && URL.canParse(address) && new URL(address).origin === url.origin;
  const onViolation = (event: Event) => {
    signs.policy ||= isAboutIt((event as SecurityPolicyViolationEvent).blockedURI);
  };
  const observer =
    self.ReportingObserver &&
    new self.ReportingObserver(
      (reports) => {
        for (const { body } of reports) {
          const { type, blockedURL } = body.toJSON();
          signs.keptBack ||= type === 'corp' && isAboutIt(blockedURL);
        }
      },
      { types: ['coep'] },
    );
  const signs: Signs = {
    policy: false,
    keptBack: false,
    end() {
      self.removeEventListener?.('securitypolicyviolation', onViolation);
      observer?.disconnect();
    },
  };
  self.addEventListener?.('securitypolicyviolation', onViolation);
  observer?.observe();
  return signs;
}

async function isAnswered(answer: Promise<Response>): Promise<boolean> {
  try {
    const { body } = await answer;
    await body?.cancel();
    return true;
  } catch {
    return false;
  }
}

async function isOutsidePolicy(url: URL, send: typeof fetch, self: Self): Promise<boolean> {
  if (!self.location?.href.startsWith('http')) return false;
  try {
    const response = await send(self.location.href, { credentials: 'omit' });
    await response.body?.cancel();
    const policies = response.headers.get('Content-Security-Policy') ?? '';
    return policies.split(',').some((policy) => forbids(policy, url, self.location?.origin));
  } catch {
    return false;
  }
}

/** For policies as hosts write them: origins, schemes and `*`. */
function forbids(policy: string, url: URL, ownOrigin: string | undefined): boolean {
  const directives = policy.split(';').map((directive) => directive.trim().split(/\s+/));
  const of = (name: string) => directives.find(([first]) => first?.toLowerCase() === name);
  const sources = of('connect-src') ?? of('default-src');
  if (!sources) return false;
  return !sources.slice(1).some((source) => {
    if (source === '*' || source === url.protocol) return true;
    if (source === "'self'") return url.origin === ownOrigin;
    if (source.startsWith(`${url.protocol}//*.`)) {
      return url.host.endsWith(source.slice(url.protocol.length + '//*'.length));
    }
    return URL.canParse(source) && new URL(source).origin === url.origin;
  });
}
