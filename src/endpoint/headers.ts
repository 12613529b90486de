/**
 * The security headers, said once: the host sends them, the build writes those that a document can
 * carry into index.html, README lists them for other static hosts.
 */

/** Where each kind of content may come from. Only `connect-src` depends on who hosts the app. */
const directives: Record<string, string> = {
  'default-src': "'none'",
  'script-src': "'self' 'wasm-unsafe-eval'",
  'style-src': "'self'",
  'img-src': "'self' data: blob:",
  'font-src': "'self'",
  'connect-src': "'self'",
  'worker-src': "'self'",
  'manifest-src': "'self'",
  'form-action': "'none'",
  'base-uri': "'none'",
  'frame-ancestors': "'none'",
  'require-trusted-types-for': "'script'",
  'trusted-types': 'svelte-trusted-html holdfast-worker',
};

function policyText(policy: Record<string, string>): string {
  return Object.entries(policy)
    .map(([name, value]) => `${name} ${value}`)
    .join('; ');
}

/**
 * The policy for `<meta http-equiv>`. Two policies are both enforced, so what the header may widen
 * (`connect-src`, and `default-src` behind it) is left to the header; the kinds of content that
 * `default-src` refused are refused by name. `frame-ancestors` is only read from a header.
 */
const {
  'default-src': _default,
  'connect-src': _connect,
  'frame-ancestors': _ancestors,
  ...inDocument
} = directives;

export const metaPolicy = policyText({
  ...inDocument,
  'object-src': "'none'",
  'frame-src': "'none'",
  'media-src': "'none'",
});

/** The headers of every answer. `stores` are the origins that sync may speak to. */
export function securityHeaders(stores: readonly string[]): Record<string, string> {
  return {
    'Content-Security-Policy': policyText({
      ...directives,
      'connect-src': ["'self'", ...stores].join(' '),
    }),
    'Permissions-Policy': permissions,
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
  };
}

/** Every power that the app never uses is refused, to whatever code might run in its page. */
const permissions = [
  'accelerometer',
  'autoplay',
  'browsing-topics',
  'camera',
  'display-capture',
  'encrypted-media',
  'geolocation',
  'gyroscope',
  'hid',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'serial',
  'usb',
  'xr-spatial-tracking',
]
  .map((power) => `${power}=()`)
  .join(', ');
