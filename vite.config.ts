import { svelte } from '@sveltejs/vite-plugin-svelte';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { encodeAll } from './src/endpoint/encoding.ts';
import { metaPolicy } from './src/endpoint/headers.ts';

const root = import.meta.dirname;
/** `SLOW=1` runs properties and faults in number (npm run test:deep). */
const isSlow = Boolean(process.env['SLOW']);
const appDir = join(root, 'dist/app');

/** Vitest asks for what a server would run; the classes of state/ react in tests as in the page. */
const isTest = Boolean(process.env['VITEST']);
const reactive = { dynamicCompileOptions: () => ({ generate: 'client' as const }) };

const ROOMS_WITHOUT_STATE = [
  'backup',
  'base',
  'compliance',
  'crypto',
  'domain',
  'endpoint',
  'exchange',
  'texts',
];

/** What the vault's worker imports at its start, with all that it needs. */
const OF_THE_ENTRY =
  /(vault-service|compliance\/guard|audit\/witness|app-files)\.ts$|\/src\/base\//;

/**
 * What the start needs, then the first screen, then what the screens inside share: a file each, since a browser fetches and keeps a few sooner
 * than many. The entry stays by itself: it waits for the first screen, which must not wait for it.
 */
const START = {
  name: 'start',
  priority: 3,
  test: /\/src\/state\/(invite-link|support|texts\.svelte|viewport)\.ts$/,
};
const FRONT = { name: 'front', priority: 2, test: /\/src\/ui\/App\.svelte$/ };
const INSIDE = {
  name: 'inside',
  priority: 1,
  test: /\/src\/(ui\/(shell|parts)|state)\/.*\.(ts|svelte)$/,
};

/** What browsers must all have: the features that DESIGN.md builds on arrived in Safari with 16.4. */
const target = ['chrome111', 'edge111', 'firefox114', 'safari16.4', 'ios16.4'];

/**
 * One build, three environments, in this order: the app; then the service worker, which lists the
 * app's files with their hashes; then the host that serves both.
 */
export default defineConfig({
  root: 'src',
  base: './',
  publicDir: '../public',
  cacheDir: '../node_modules/.vite',
  plugins: [
    svelte({ configFile: false, ...(isTest ? reactive : {}) }),
    policyInHtml(),
    policyHashes(),
    precacheList(),
  ],
  ...(isTest ? { ssr: { resolve: { conditions: ['browser', 'module', 'node'] } } } : {}),
  worker: {
    format: 'es',
    plugins: () => [policyHashes(), entryAlone()],
    // WebKit runs a worker's entry a second time where a chunk imports from it: what they share stands in a chunk of its own.
    rolldownOptions: {
      output: {
        codeSplitting: { groups: [{ name: 'vault', test: OF_THE_ENTRY }] },
      },
    },
  },
  build: {
    target,
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    // One sheet: the offline copy fetches each file by itself, and forty small ones take longer than all they say.
    cssCodeSplit: false,
  },
  environments: {
    client: {
      build: {
        outDir: appDir,
        rolldownOptions: { output: { codeSplitting: { groups: [START, FRONT, INSIDE] } } },
      },
    },
    serviceWorker: {
      consumer: 'client',
      build: {
        outDir: appDir,
        emptyOutDir: false,
        copyPublicDir: false,
        rolldownOptions: {
          input: join(root, 'src/sw/sw.ts'),
          output: { format: 'iife', entryFileNames: 'sw.js' },
        },
      },
    },
    endpoint: {
      consumer: 'server',
      resolve: { noExternal: true },
      build: {
        target: 'node20',
        outDir: join(root, 'dist/endpoint'),
        copyPublicDir: false,
        rolldownOptions: {
          input: join(root, 'src/endpoint/main.ts'),
          output: { format: 'es', entryFileNames: 'main.js' },
        },
      },
    },
  },
  builder: {
    async buildApp(builder) {
      for (const name of ['client', 'serviceWorker', 'endpoint']) {
        const environment = builder.environments[name];
        if (environment) await builder.build(environment);
      }
      await encodeAll(appDir, join(root, 'dist/encoded'));
    },
  },
  test: {
    root,
    server: { deps: { inline: [/node_modules\/svelte\//] } },
    passWithNoTests: true,
    projects: [
      // Files of rooms that hold nothing share their modules with one another: loading them takes longer than most tests.
      unitTests('unit', `{${ROOMS_WITHOUT_STATE.join(',')}}`, { isolate: false }),
      unitTests('unit-alone', `!(${ROOMS_WITHOUT_STATE.join('|')})`, { isolate: true }),
      {
        extends: true,
        test: {
          name: 'simulation',
          include: ['tests/simulation/**/*.test.ts'],
          environment: 'node',
          testTimeout: isSlow ? 900_000 : 20_000,
        },
      },
    ],
  },
});

/** Tests of the rooms that the pattern names. */
function unitTests(name: string, rooms: string, { isolate }: { readonly isolate: boolean }) {
  return {
    extends: true as const,
    test: {
      name,
      isolate,
      include: [`tests/unit/${rooms}/**/*.test.ts`],
      environment: 'node' as const,
      testTimeout: isSlow ? 900_000 : 20_000,
      hookTimeout: isSlow ? 900_000 : 20_000,
    },
  };
}

/** A page without headers is still strict: the policy stands in the document too. */
function policyInHtml(): Plugin {
  return {
    name: 'holdfast:policy-in-html',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: metaPolicy },
        injectTo: 'head-prepend',
      },
    ],
  };
}

/** Refuses a worker from whose entry a chunk imports: WebKit would run the entry a second time. */
function entryAlone(): Plugin {
  return {
    name: 'holdfast:entry-alone',
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((each) => each.type === 'chunk');
      const entries = chunks.filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName);
      for (const { fileName, imports } of chunks) {
        const entry = imports.find((each) => entries.includes(each));
        if (entry !== undefined) this.error(`${fileName} imports from the worker’s entry ${entry}`);
      }
    },
  };
}

/** `virtual:policy-hashes`: the SHA-256 of each policy pack that comes with the app, so that it knows them from others. */
function policyHashes(): Plugin {
  const name = 'virtual:policy-hashes';
  const folder = join(root, 'public/policies');
  return {
    name: 'holdfast:policy-hashes',
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    load(id) {
      if (id !== `\0${name}`) return undefined;
      const hashes = readdirSync(folder).map((file) => [
        file,
        createHash('sha256')
          .update(readFileSync(join(folder, file)))
          .digest('hex'),
      ]);
      return `export const policyHashes = ${JSON.stringify(Object.fromEntries(hashes))};`;
    },
  };
}

/** `virtual:precache-list`: every file of the built app that must be there when the network is gone. */
function precacheList(): Plugin {
  const name = 'virtual:precache-list';
  return {
    name: 'holdfast:precache-list',
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    load(id) {
      if (id !== `\0${name}`) return undefined;
      const entries = readdirSync(appDir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name !== 'sw.js')
        .map((entry) => join(entry.parentPath, entry.name))
        .map((file) => ({ url: relative(appDir, file).split(sep).join('/'), file }))
        .filter(({ url }) => !url.startsWith('screenshots/'))
        .sort((a, b) => (a.url < b.url ? -1 : 1))
        .map(({ url, file }) => {
          const digest = createHash('sha256').update(readFileSync(file)).digest();
          return {
            url,
            revision: digest.toString('hex').slice(0, 16),
            integrity: `sha256-${digest.toString('base64')}`,
          };
        });
      return `export const precacheList = ${JSON.stringify(entries)};`;
    },
  };
}
