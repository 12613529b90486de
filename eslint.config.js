import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import svelte from 'eslint-plugin-svelte';
import ts from 'typescript-eslint';

/**
 * The directions of the house (src/README.md): which rooms each room may import, and what to do
 * where it wants another. `base` is open to all; the worker's entry joins what may not meet below.
 */
/** @typedef {{ may: string[], instead: string }} Room */

const engine = ['base', 'domain', 'crypto', 'storage', 'vault'];
/** @type {Record<string, Room>} */
const rooms = {
  base: { may: [], instead: 'base stands alone: move what needs more into the room that has it.' },
  texts: { may: [], instead: 'texts are sentences only: give them what they need as arguments.' },
  domain: {
    may: ['base'],
    instead: 'domain is pure data and functions: let vault fetch, seal or store for it.',
  },
  crypto: {
    may: ['base'],
    instead: 'crypto turns bytes into bytes: encode what it seals in vault, before the call.',
  },
  storage: {
    may: ['base'],
    instead: 'storage keeps sealed bytes and never sees a key or a record: join them in vault.',
  },
  vault: {
    may: ['base', 'domain', 'crypto', 'storage'],
    instead: 'vault is given what lies above it: declare an interface here, join in worker/.',
  },
  exchange: { may: engine, instead: 'declare an interface here and join the two in worker/.' },
  backup: { may: engine, instead: 'declare an interface here and join the two in worker/.' },
  sync: { may: engine, instead: 'declare an interface here and join the two in worker/.' },
  compliance: { may: engine, instead: 'declare an interface here and join the two in worker/.' },
  worker: {
    may: [...engine, 'exchange', 'backup', 'sync', 'compliance'],
    instead: 'the worker knows no screen: answer with data, and let state or ui make words of it.',
  },
  state: {
    may: [
      'base',
      'texts',
      'domain',
      'worker/vault-api.ts',
      'worker/vault-client.ts',
      'sync/cors-rules.ts',
      'sw/sw-client.ts',
    ],
    instead: 'the page holds no engine: ask the worker through #worker/vault-api.ts.',
  },
  ui: {
    may: ['base', 'state', 'domain', 'texts'],
    instead: 'screens read state and call its verbs: add what is missing to a class in state/.',
  },
  sw: {
    may: ['base'],
    instead: 'the service worker serves the built files and knows nothing else.',
  },
  endpoint: { may: ['base'], instead: 'the host understands nothing of what it serves or stores.' },
};

/** Packages that have one home each. */
const homes = [
  { packages: 'dexie', rooms: ['storage'], instead: 'storage is the one way into IndexedDB.' },
  { packages: 'comlink', rooms: ['worker'], instead: 'worker/ is the one boundary.' },
  { packages: 'svelte', rooms: ['state', 'ui'], instead: 'only the page is made of Svelte.' },
  {
    packages: 'workbox-[a-z]+',
    rooms: ['sw'],
    instead: 'sw/ is the one home of the offline copy.',
  },
  { packages: 'node:.*', rooms: ['endpoint'], instead: 'only the host runs on Node.' },
];

/** @param {string[]} names */
const either = (names) => names.map((name) => (name.endsWith('.ts') ? name : `${name}/`)).join('|');

/**
 * The rule of one room, for its own files and, a step deeper, for its folders.
 *
 * @param {[string, Room]} entry
 * @returns {import('eslint').Linter.Config[]}
 */
function directionsOf([room, { may, instead }]) {
  const foreign = homes
    .filter((home) => !home.rooms.includes(room))
    .map((home) => ({ regex: `^${home.packages}(/|$)`, message: home.instead }));
  const layers = {
    regex: may.length === 0 ? '^#' : `^#(?!${either(may)})`,
    message: `${room} may import ${may.length === 0 ? 'nothing' : may.join(', ')}; ${instead}`,
  };
  const own = { regex: `^#${room}/`, message: 'Within a room, import by relative path.' };
  return [
    [`src/${room}/*`, '^\\.\\./'],
    [`src/${room}/*/**`, '^\\.\\./\\.\\./'],
  ].map(([files, outward]) => ({
    files: [`${files}.ts`, `${files}.svelte`],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            own,
            layers,
            { regex: outward, message: "Name the room in the import: '#room/file.ts'." },
            ...foreign,
          ],
        },
      ],
    },
  }));
}

const browserStores =
  'It would hold text in the clear on the disk: settings go through #worker/vault-api.ts.';

export default defineConfig(
  globalIgnores(['dist/', '.cache/', 'node_modules/', 'tests/vectors/']),
  {
    linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' },
  },
  js.configs.recommended,
  ts.configs.strictTypeChecked,
  ts.configs.stylisticTypeChecked,
  svelte.configs.recommended,
  svelte.configs.prettier,
  {
    languageOptions: {
      parserOptions: {
        project: [
          './src/ui/tsconfig.json',
          './src/worker/tsconfig.json',
          './src/sw/tsconfig.json',
          './src/endpoint/tsconfig.json',
          './tests/tsconfig.json',
        ],
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.svelte'],
      },
    },
    rules: {
      // The type programs know every global, of each side its own.
      'no-undef': 'off',
      'no-console': 'error',
      'no-restricted-globals': [
        'error',
        { name: 'localStorage', message: browserStores },
        { name: 'sessionStorage', message: browserStores },
        { name: 'fetch', message: 'Only sync speaks to a network, through its store client.' },
        { name: 'XMLHttpRequest', message: 'Only sync speaks to a network.' },
        { name: 'name', message: 'This is window.name: declare a variable of your own.' },
        { name: 'event', message: 'This is window.event: take the event as an argument.' },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Use #base/ids.ts or crypto.' },
        ...['window', 'globalThis', 'self'].flatMap((object) => [
          { object, property: 'localStorage', message: browserStores },
          { object, property: 'sessionStorage', message: browserStores },
          { object, property: 'fetch', message: 'Only sync speaks to a network.' },
        ]),
      ],
      eqeqeq: ['error', 'always'],
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // An empty string is as absent as none: `name || company`.
      '@typescript-eslint/prefer-nullish-coalescing': [
        'error',
        { ignorePrimitives: { string: true } },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // `process.env['PORT']` is what noPropertyAccessFromIndexSignature asks for.
      '@typescript-eslint/dot-notation': 'off',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
    rules: {
      'svelte/no-at-html-tags': 'error',
      'svelte/no-target-blank': 'error',
      'svelte/button-has-type': 'error',
      'svelte/no-unused-svelte-ignore': 'error',
      // The address is a hash of the app's own router, not a route of SvelteKit.
      'svelte/no-navigation-without-resolve': 'off',
      'no-restricted-syntax': [
        'error',
        {
          selector: 'SvelteAttribute[key.name="style"]',
          message: 'The content security policy refuses style="…": use a class or style:property.',
        },
      ],
    },
  },
  {
    files: ['src/ui/**/*.svelte'],
    ignores: ['src/ui/parts/**'],
    rules: {
      'svelte/no-restricted-html-elements': [
        'error',
        {
          elements: ['input', 'textarea'],
          message:
            'Take the field from ui/parts: a bare one lets the browser keep what was typed on disk.',
        },
      ],
    },
  },
  ...Object.entries(rooms).flatMap(directionsOf),
  {
    // The page's entry is the one place that joins the screens to the page.
    files: ['src/main.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^#(?!base/|state/|ui/|texts/|sw/sw-client.ts)',
              message: 'main only starts the screens: let state ask the worker.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['tests/**', '*.ts', '*.js'],
    rules: {
      'no-restricted-globals': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/require-await': 'off',
      // Playwright reads the names of fixtures from the pattern, which may name none.
      'no-empty-pattern': 'off',
    },
  },
  // Each screen that is read by its types makes the program anew: npm test leaves that to npm run test:deep and npm run lint.
  process.env['HOLDFAST_LINT'] === 'quick'
    ? [{ files: ['**/*.svelte'], extends: [ts.configs.disableTypeChecked] }]
    : [],
  {
    // The tools' configuration and the runners speak through libraries whose types are loose.
    files: ['**/*.js'],
    extends: [ts.configs.disableTypeChecked],
  },
);
