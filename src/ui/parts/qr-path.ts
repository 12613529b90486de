/** A QR code as the path of an SVG picture. */

import { encode } from 'uqr';

export interface QrPath {
  /** Modules on each side, with the quiet zone that scanners need around them. */
  readonly size: number;
  /** One rectangle for each run of dark modules in a row. */
  readonly d: string;
}

const QUIET_ZONE = 4;

export function qrPath(text: string): QrPath {
  const { size, data } = encode(text, { ecc: 'L', border: QUIET_ZONE });
  const runs = data.flatMap((row, y) =>
    [
      ...row
        .map((dark) => (dark ? '#' : ' '))
        .join('')
        .matchAll(/#+/g),
    ].map(({ 0: run, index: x }) => `M${x} ${y}h${run.length}v1h-${run.length}z`),
  );
  return { size, d: runs.join('') };
}
