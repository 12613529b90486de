/** The app's own files as its host serves them, the copy for use offline included. */

/** Where the host reaches beside this worker's script: `assets/` lies one step below the page. */
const BASE = new URL('../', self.location.href);

/** Null where it can't be had. */
export async function readAppFile(path: string): Promise<string | null> {
  return (await fetchFile(path))?.text() ?? null;
}

/** The Content-Security-Policy of the page: its header, or else what the document says of itself. Null: nobody could tell. */
export async function pagePolicy(): Promise<string | null> {
  const page = await fetchFile('index.html');
  if (page === null) return null;
  const header = page.headers.get('content-security-policy');
  if (header !== null) return header;
  const meta = /<meta[^>]+http-equiv="Content-Security-Policy"[^>]+content="([^"]+)"/i;
  return meta.exec(await page.text())?.[1]?.replaceAll('&#39;', "'") ?? null;
}

async function fetchFile(path: string): Promise<Response | null> {
  try {
    // eslint-disable-next-line no-restricted-globals -- The app's own host, and nobody else's.
    const response = await fetch(new URL(path, BASE));
    return response.ok ? response : null;
  } catch {
    // No network, and no copy.
    return null;
  }
}
