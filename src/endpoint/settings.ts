/** What the environment says about how to serve. */

import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { err, ok, type Result } from '#base/result.ts';

export interface Settings {
  readonly port: number;
  readonly host: string;
  /** Paths of the certificate and its key, in PEM: with both, the app is served over https. */
  readonly tls?: { readonly certPath: string; readonly keyPath: string };
  /** Origins that the app may speak to besides its own. */
  readonly stores: readonly string[];
  /** The folder of the store that comes with the app; absent where it is switched off. */
  readonly storeFolder?: string;
}

export interface SettingsError {
  readonly type: 'SettingsError';
  /** A sentence that names the variable, what it holds and what it should. */
  readonly message: string;
}

export function readSettings(
  environment: Readonly<Record<string, string | undefined>>,
): Result<Settings, SettingsError> {
  const portText = environment['PORT'] ?? '4180';
  const port = /^\d{1,5}$/.test(portText) ? Number(portText) : Number.NaN;
  if (!(port <= 65_535)) {
    return refused(`PORT is "${portText}": give a number from 0 to 65535.`);
  }

  const certPath = environment['TLS_CERT'];
  const keyPath = environment['TLS_KEY'];
  if (Boolean(certPath) !== Boolean(keyPath)) {
    return refused('TLS_CERT and TLS_KEY belong together: give the paths of both, or of neither.');
  }

  const stores = (environment['HOLDFAST_STORES'] ?? '').split(/[\s,]+/).filter(Boolean);
  const notAnOrigin = stores.find((store) => !isOrigin(store));
  if (notAnOrigin !== undefined) {
    return refused(
      `HOLDFAST_STORES names "${notAnOrigin}": give origins alone, such as https://s3.example.com:9000, without path or wildcard.`,
    );
  }

  const store = environment['HOLDFAST_STORE'] || 'on';
  if (store !== 'on' && store !== 'off') {
    return refused(
      `HOLDFAST_STORE is "${store}": give "off" to serve the app alone, or leave it out.`,
    );
  }

  return ok({
    port,
    host: environment['HOST'] || 'localhost',
    ...(certPath && keyPath ? { tls: { certPath, keyPath } } : {}),
    stores,
    ...(store === 'on' ? { storeFolder: storeFolderOf(environment) } : {}),
  });
}

/** Where this system keeps what programs store for a person, unless a folder is named. */
function storeFolderOf(environment: Readonly<Record<string, string | undefined>>): string {
  const named = environment['HOLDFAST_DATA'];
  if (named) return resolve(named);
  const dataHome =
    environment['XDG_DATA_HOME'] ||
    environment['LOCALAPPDATA'] ||
    join(homedir(), '.local', 'share');
  return join(dataHome, 'holdfast');
}

/**
 * Scheme, host, optional port, written as the browser writes them. The characters are named because
 * the URL parser lets `*`, `;` and `'` through, and the text goes into a header.
 */
function isOrigin(text: string): boolean {
  if (!/^https?:\/\/(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d+)?$/.test(text)) return false;
  return URL.canParse(text) && new URL(text).origin === text;
}

function refused(message: string): Result<never, SettingsError> {
  return err({ type: 'SettingsError', message });
}
