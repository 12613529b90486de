/** Where in the app a control is mended, by the word of its pack. */

const PLACES: Readonly<Record<string, string>> = {
  'back-up': '#/backups',
  'verify-backup': '#/backups',
  'restore-drill': '#/backups',
  settings: '#/settings',
  'recovery-kit': '#/settings',
  devices: '#/devices',
  members: '#/devices',
  store: '#/devices',
  sync: '#/devices',
  'scan-cards': '#/compliance/cards',
  'card-findings': '#/compliance/cards',
  'field-classes': '#/compliance/access',
  access: '#/compliance/access',
  'review-log': '#/compliance/log',
  'verify-log': '#/compliance/log',
  policies: '#/compliance/policies',
  requests: '#/compliance/registers',
  incidents: '#/compliance/registers',
  registers: '#/compliance/registers',
  purposes: '#/compliance/registers',
  retention: '#/compliance/retention',
  consents: '#/customers',
  customers: '#/customers',
  duplicates: '#/customers',
  exports: '#/customers',
};

/** Null: there is no such place in this app. */
export function placeOf(fix: string | null): string | null {
  return fix !== null && Object.hasOwn(PLACES, fix) ? (PLACES[fix] ?? null) : null;
}
