/** What the screens of sync say, in English: the state of it, the devices, joining, and what a store did wrong. */

import { number, plural } from './en-amounts.ts';

const changes = (count: number): string => plural(count, 'change', 'changes');

/** The device whose log an alarm is about. */
const device = (name: string): string => (name === '' ? 'a device' : `“${name}”`);

/** `1 h 3 min`; days from the second on. */
function duration(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return plural(Math.floor(hours / 24), 'day', 'days');
  return hours === 0 ? `${minutes} min` : `${hours} h ${minutes % 60} min`;
}

export const enSync = {
  /** By the type of the error: what happened, and what to do. */
  errors: {
    Unreachable: () =>
      'The store does not answer. Check the network and the address. If its certificate is not from a public authority, this device must trust it first.',
    Busy: ({ status }: { status: number }) =>
      `The store can’t answer right now (status ${status}). Try again in a while.`,
    Denied: () =>
      'The store refuses these keys. Check access key and secret key, and that they may list, read and write in this bucket.',
    WrongClock: ({ offsetMs }: { offsetMs: number }) =>
      `This device is ${duration(Math.abs(offsetMs))} ${offsetMs < 0 ? 'slow' : 'fast'}, and the store refuses it because of that. Set the clock of this device, then try again.`,
    NoSuchBucket: () =>
      'The store has no bucket of that name. Make the bucket there first, or correct the name.',
    NotAStore: ({ status }: { status: number }) =>
      `What answers at that address is no S3-compatible store (status ${status}). Check the endpoint URL; under “More”, try path style the other way.`,
    BadAddress: () =>
      'This is not the address of a store. It begins with https:// and has no user name in it, such as https://s3.example.com.',
    PolicyRefuses: ({ origin }: { origin: string }) =>
      `This app may not speak to ${origin} yet: where Holdfast is hosted, that address must be named. Give the host one of these two lines, reload this page, then try again.`,
    CorsRefuses: ({ origin }: { origin: string }) =>
      `The store answers, but not to ${origin}: its CORS rules are missing. Paste these rules into the bucket’s settings, then try again.`,
    NoCreateOnly: ({ reason }: { reason: string }): string =>
      reason === 'notImplemented'
        ? 'This store does not know writes that only create, so devices could overwrite one another’s changes. Update the store, or use another one.'
        : reason === 'racesWon'
          ? 'Of several writes of one name at the same moment, this store let more than one succeed, so devices could overwrite one another’s changes. Usually the bucket’s versioning is the reason: suspend it or use a bucket without it, then try again.'
          : 'This store overwrites what is already there, so devices could destroy one another’s changes. Usually the bucket’s versioning is the reason: suspend it or use a bucket without it, then try again.',
    ReadOnly: () =>
      'These keys may read, but not write. Use keys that may also write to this bucket.',
    Unfaithful: () =>
      'The store gave back something else than it was given. Look for a proxy or a cache in between; if there is none, don’t use this store.',
    NotAdmin: () => 'Only an admin can do this.',
    LastAdmin: () => 'This is the last admin. Make another device an admin first.',
    NoStore: () => 'Connect a store first.',
    Paused: () =>
      'Syncing is paused, because the store contradicts what was read from it before. See the alarms on the screen “Devices”.',
    BadLink: () =>
      'This is no invite link, or a part of it is missing. Copy the whole link and paste it again.',
    InviteExpired: () => 'This invite has expired or was withdrawn. Ask for a new one.',
    InviteUsed: () => 'This invite has already been used. Ask for a new one.',
    OtherWorkspace: () =>
      'The workspace in that store is not the one that the link names. Don’t join; ask the person who sent the link.',
    AlreadyHere: () => 'This workspace is already on this device. Unlock it instead.',
  },

  sync: {
    synced: 'All changes synced',
    pending: (count: number) => `${changes(count)} not yet synced`,
    lastSync: (time: string) => `last sync ${time}`,
    syncing: 'Syncing…',
    receiving: (done: string, total: string) => `Syncing… ${done} of ${total}`,
    notSyncing: 'Not syncing',
    paused: 'Syncing is paused',
    seeWhy: 'see why',
    lookOnly: 'You can look, not change',
    lookOnlyText: 'This device is a viewer. An admin can give it another role.',
    arriving: 'The customers are on their way',
    arrivingText: 'They appear here as they come in.',
    receivingLabel: 'Receiving the workspace',
    sendingLabel: 'First sync',
    bytes: (done: string, total: string) => `${done} of ${total}`,
    justNow: 'just now',
    copy: 'Copy',
    copied: 'Copied',
    waiting: (count: number) =>
      `${plural(count, 'thing', 'things')} ${count === 1 ? 'waits' : 'wait'} there`,
  },

  alarms: {
    title: (count: number) =>
      count === 1
        ? 'The store did something that it should not'
        : `The store did ${number(count)} things that it should not`,
    list: 'Alarms',
    see: 'See what happened',
    at: (when: string) => `Noticed ${when}`,
    names: {
      damaged: () => 'Something in the store is damaged',
      withheld: (name: string) => `Changes of ${device(name)} are missing in the store`,
      rolledBack: () => 'The store has gone back to an earlier day',
      forked: (name: string) => `The store shows two different histories of ${device(name)}`,
      dropped: () => 'The store has lost changes of this device',
      forgedMembership: () => 'Somebody tried to forge who belongs to this workspace',
      forgedSegment: (name: string) => `Somebody tried to forge changes of ${device(name)}`,
      cloned: () => 'There is a copy of this device',
      needsNewer: (name: string) => `A newer Holdfast is in use on ${device(name)}`,
    },
    texts: {
      damaged:
        'An object was cut short or altered. Nothing of it was applied. If this device kept the original, filling the store again repairs it.',
      withheld:
        'Other devices have seen changes that the store does not show here. They may still be on their way. If it stays like this, fill the store again from a device that has them, and ask who runs the store.',
      rolledBack:
        'Most likely a backup of the store was restored. Nothing on this device was changed by it. Fill the store again with what this device has, so that nobody misses anything.',
      forked:
        'Different devices were shown different contents under one name. Nothing of it is applied from here on. Make a backup, and ask who runs the store what happened.',
      dropped:
        'The store had confirmed them and no longer has them. They are safe on this device. Fill the store again to send them once more.',
      forgedMembership:
        'The forged record was refused and nothing was changed. Somebody who can write to the store did it: replace the store keys, and look at the list of devices.',
      forgedSegment:
        'The forged changes were refused and nothing was changed. Somebody who can write to the store did it: replace the store keys.',
      cloned:
        'This device was copied or put back to an earlier day. It no longer writes to the store. What it has not sent is kept here: make a backup, then remove the workspace from this device and join anew with an invite.',
      needsNewer:
        'Its changes wait until this device understands them. Reload to update Holdfast here.',
    },
    object: (name: string) => `In the store: ${name}`,
    fillAgain: 'Fill the store again',
    filled: (objects: number) =>
      objects === 0
        ? 'The store lacks nothing that this device has'
        : `${plural(objects, 'object', 'objects')} put back into the store`,
    makeBackup: 'Make a backup',
    dismiss: 'Dismiss',
    reload: 'Reload',
  },

  devices: {
    title: 'Devices',
    roles: { admin: 'Admin', member: 'Member', viewer: 'Viewer' },
    roleTexts: {
      admin: 'Invites and removes devices, besides all that members do',
      member: 'Reads and changes customers',
      viewer: 'Reads customers, changes nothing',
    },

    store: 'Store',
    aloneTitle: 'Several devices, one workspace',
    aloneText:
      'Connect a store, and your other devices and your team see the same customers. The store is an S3-compatible bucket, at a provider or on your own machine; it receives only encrypted data and can’t read any of it.',
    connect: 'Connect a store',
    endpoint: 'Endpoint URL',
    endpointHint: 'Such as https://s3.example.com',
    bucket: 'Bucket',
    accessKey: 'Access key',
    secretKey: 'Secret key',
    keysHint:
      'Invites hand these keys to other devices. Keys that can’t delete are the safer choice.',
    more: 'More',
    region: 'Region',
    prefix: 'Folder in the bucket',
    prefixHint: 'Empty: the bucket itself',
    pathStyle: 'Bucket in the path',
    pathStyleHint: 'https://host/bucket rather than https://bucket.host',
    testAndConnect: 'Test and connect',
    testing: 'Testing and connecting',
    testingText:
      'First the store is tested with small objects, then the workspace is sent there, encrypted.',
    connected: 'The store is connected',
    hostLine: 'For npm start',
    headerLine: 'On another host, in the header Content-Security-Policy',
    corsRules: 'CORS rules of the bucket',
    needed: 'This is needed.',

    lastSync: 'Last sync',
    never: 'not yet',
    pending: 'Not yet synced',
    nothingPending: 'nothing',
    pendingCount: changes,
    nextTry: 'Next try',
    clock: (offsetMs: number) =>
      `The clock of this device is ${duration(Math.abs(offsetMs))} ${offsetMs < 0 ? 'slow' : 'fast'}. Syncing allows for it; times that you write down may look odd to others.`,
    appendOnly: 'These keys can’t delete anything in the store.',
    canRemove: 'These keys can also delete in the store.',
    keys: 'Keys',
    syncNow: 'Sync now',
    replaceKeys: 'Replace store keys',
    replaceKeysText:
      'All active devices receive the new keys at their next sync and go on with them. Withdraw the old keys at the provider once every device has synced.',
    replace: 'Replace',
    keysReplaced: 'The new store keys are on their way to every device',
    disconnect: 'Disconnect',
    disconnectTitle: 'Disconnect from the store?',
    disconnectText:
      'This device goes on alone, with everything that it has. Nothing is removed from the store, and other devices go on syncing.',
    disconnectFinal: 'Go on alone',
    disconnected: 'This device no longer syncs',

    list: 'Devices',
    thisDevice: 'This device',
    lastHeard: (when: string) => `Last heard of ${when}`,
    neverHeard: 'Not heard of yet',
    removed: 'Removed',
    removedWaiting: 'Removed. It erases itself as soon as it has a connection.',
    wiped: 'Removed. It has erased itself.',
    roleOf: 'Role',
    roleChanged: (name: string, role: string) => `${name}: ${role}`,
    revoke: 'Revoke',
    revokeTitle: (name: string) => `Revoke “${name}”?`,
    revokeEffects: [
      'What it wrote and has not sent is no longer taken in; you can look through it under “Held back”.',
      'The keys of the workspace change: it can’t read anything that is written from now on.',
      'It erases itself as soon as it has a connection. Until then, what is on it stays on it.',
      'It knows the store keys. If it is lost or you don’t trust its user, replace the store keys too.',
    ],
    revokeFinal: 'Revoke this device',
    revoked: (name: string) => `“${name}” is removed`,

    invite: 'Invite a device',
    inviteRole: 'Role',
    validFor: 'Valid for',
    hours: (count: number) => plural(count, 'hour', 'hours'),
    makeInvite: 'Make the invite',
    inviteReady:
      'On the other device, scan the code with the camera or open the link. Then compare the check code here and approve.',
    inviteSecret: (when: string) =>
      `Whoever sees this link can ask to join until ${when}. Send it privately. It is shown only now.`,
    qrCode: 'QR code of the invite link',
    link: 'Invite link',
    copyLink: 'Copy link',
    share: 'Share',
    done: 'Done',
    invites: 'Open invites',
    inviteOf: (role: string) => `Invite: ${role}`,
    validUntil: (when: string) => `Valid until ${when}`,
    withdraw: 'Withdraw',
    withdrawn: 'The invite is withdrawn',

    requests: 'Requests to join',
    requestsText:
      'Compare the check code with the one on the other screen, digit by digit. Approve only if they are the same.',
    checkCode: 'Check code',
    asRole: (role: string) => `Wants to join as: ${role}`,
    approve: 'Approve',
    reject: 'Reject',
    approved: (name: string) => `“${name}” belongs to the workspace now`,
    rejected: (name: string) => `“${name}” was turned away`,

    conflicts: 'Conflicts',
    conflictsText:
      'Two devices changed the same thing without knowing of each other. The later one stands; choose which is right.',
    fieldOf: (kind: string, field: string) => `${kind}: ${field}`,
    stands: 'Stands now',
    other: 'The other',
    emptied: '(emptied)',
    keep: 'Keep',
    useOther: 'Use the other',
    kept: 'Kept as it is',
    usedOther: 'The other value stands now',
    andMore: (count: number) => `${number(count)} more, after these`,

    heldBack: 'Held back',
    heldBackText:
      'Changes that reached the store but were not taken in. Look at where they come from before you apply them.',
    heldBackOf: (name: string, count: number) => `${changes(count)} of “${name}”`,
    reasons: {
      removed: 'Written by a device that had been removed',
      role: 'Its role does not allow these changes',
      foreignStamp: 'They claim to be of another device',
      farFuture: 'They are dated far in the future',
    },
    about: (names: readonly string[], more: number) =>
      more === 0 ? names.join(', ') : `${names.join(', ')} and ${number(more)} more`,
    apply: 'Apply',
    applied: 'The changes are applied, as yours',
    discard: 'Discard',
    discardTitle: 'Discard these changes?',
    discardText: 'They were never taken in, and will no longer be offered. This can’t be undone.',
    discardFinal: 'Discard for good',
    discarded: 'The changes are discarded',
    adminsDecide: 'An admin decides what becomes of them.',
  },

  joining: {
    title: 'Join a workspace',
    text: 'An admin of the workspace makes an invite, as a QR code or a link. Scan the code with this device’s camera app, or paste the link here.',
    link: 'Invite link',
    deviceName: 'Device name',
    deviceNameHint: 'How colleagues will see it, such as “Anna’s tablet”',
    passphrase: 'Passphrase',
    passphraseHint: 'For this device; at least 15 characters',
    repeat: 'Repeat passphrase',
    submit: 'Join',
    working: 'Asking to join…',
    waiting: 'Waiting for approval',
    waitingText:
      'Show this code to the admin who invited you, or read it out. The admin approves if it is the same on both screens.',
    checkCode: 'Check code',
    device: 'This device',
    waitingHint: 'You can leave this open; it goes on by itself.',
    cancel: 'Cancel',
    refused:
      'This request no longer counts: the invite was used, withdrawn or has expired. Cancel, and ask for a new one.',
    removed: 'This device was removed',
    removedText:
      'An admin removed it from the workspace. Its keys and customers have been erased from here. If that was a mistake, ask your admin for a new invite.',
    toStart: 'To the first screen',
  },
};

export type SyncTexts = typeof enSync;
