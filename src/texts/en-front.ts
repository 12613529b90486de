/** What the first screens say, welcome and unlock, in English: it comes with the page, all other sentences after it. */

import { wait } from './en-amounts.ts';

export const enFront = {
  parts: {
    close: 'Close',
    cancel: 'Cancel',
    back: 'Back',
    dismiss: 'Dismiss',
    undo: 'Undo',
    redo: 'Redo',
    undone: 'Undone',
    redone: 'Done again',
    clearSearch: 'Clear search',
    showPassphrase: 'Show what I type',
    hidePassphrase: 'Hide what I type',
    capsLock: 'Caps Lock is on',
    percent: (percent: string) => `${percent} %`,
    removeTag: (tag: string) => `Remove ${tag}`,
    screenMissing: 'This screen could not be loaded.',
    reload: 'Reload',
    notStarted: 'Holdfast could not open its storage in this browser',
    notStartedText:
      'Leave private browsing, free some space or close other tabs, then reload. Nothing was changed.',
    unexpected: 'Something went wrong. What was saved is safe; reload if it happens again.',
  },

  welcome: {
    title: 'Welcome to Holdfast',
    text: 'Customers, kept safe on this device: encrypted, usable without a network, and backed up to files that you can open without Holdfast.',
    create: 'Create workspace',
    createText: 'Start a new customer book, with a passphrase that only you know.',
    join: 'Join a workspace',
    joinText: 'With an invite from a colleague: their customers come to this device too.',
    restore: 'Restore from backup',
    language: 'Language',
    languages: { system: 'As the browser', en: 'English', 'zh-CN': '简体中文' },
    restoreText: 'Bring back a workspace from its backup file and its recovery key.',
  },

  unlock: {
    title: 'Unlock',
    workspace: 'Workspace',
    passphrase: 'Passphrase',
    submit: 'Unlock',
    usePasskey: 'Use a passkey',
    useRecoveryKey: 'Use recovery key',
    usePassphrase: 'Use passphrase',
    recoveryKey: 'Recovery key',
    recoveryKeyHint: 'The line of the recovery kit that begins with AGE-SECRET-KEY-1',
    working: 'Unlocking…',
    wait: (ms: number) => `Wait ${wait(ms)} before the next try.`,
    waitOrKey: (ms: number) =>
      `Wait ${wait(ms)} before the next try. A passkey or the recovery key works at once.`,
    emptied:
      'The browser has removed this workspace’s data from this device. Its name is all that is left. Restore it from a backup.',
    newer: 'This workspace was written by a newer version of Holdfast. Reload to update the app.',
    reload: 'Reload',
    forget: 'Forget this workspace',
    create: 'Create workspace',
    join: 'Join a workspace',
    restore: 'Restore from backup',
    lockedIdle: 'Locked after a while without use.',
    lockedOtherTab: 'Locked in another tab.',
    covered: 'Locked. Work that you started goes on in the background:',
  },
};

export type FrontTexts = typeof enFront;
