/** `fetch` as a page of an origin sees it: with preflights, and blind to every answer that CORS does not let through. */

export function fetchInAPage(origin: string): typeof fetch {
  return async (input, init = {}) => {
    const url = input instanceof Request ? input.url : String(input);
    const method = init.method ?? 'GET';
    const headers = new Headers(init.headers);
    const { mode, ...rest } = init;
    if (mode === 'no-cors') return fetch(url, rest);
    const names = [...headers.keys()];
    if (method !== 'GET' || names.length > 0) {
      const preflight = await fetch(url, {
        method: 'OPTIONS',
        headers: {
          Origin: origin,
          'Access-Control-Request-Method': method,
          'Access-Control-Request-Headers': names.join(','),
        },
      });
      const allowed = (name: string) =>
        (preflight.headers.get(`Access-Control-Allow-${name}`) ?? '').toLowerCase().split(/,\s*/);
      const isAllowed =
        preflight.ok &&
        isOpenTo(preflight, origin) &&
        allowed('Methods').includes(method.toLowerCase()) &&
        names.every((name) => allowed('Headers').includes(name));
      if (!isAllowed) throw new TypeError('Failed to fetch');
    }
    headers.set('Origin', origin);
    const response = await fetch(url, { ...rest, headers });
    if (!isOpenTo(response, origin)) throw new TypeError('Failed to fetch');
    return response;
  };
}

function isOpenTo(response: Response, origin: string): boolean {
  const allowed = response.headers.get('Access-Control-Allow-Origin');
  return allowed === '*' || allowed === origin;
}
