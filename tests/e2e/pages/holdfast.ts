/** The app as a person meets it: what stands on every screen, and the screens. All by accessible names. */

import { expect, type Locator, type Page } from '@playwright/test';
import { BackupsScreen } from './backups.ts';
import { ComplianceScreen } from './compliance.ts';
import { CustomerScreen } from './customer.ts';
import { CustomersScreen } from './customers.ts';
import { DevicesScreen } from './devices.ts';
import { FirstRun, type Kit, type Team } from './first-run.ts';
import { ImportDialog } from './import.ts';
import { JoinScreen } from './join.ts';
import { LockedScreen } from './locked.ts';
import { PrivacyTab } from './privacy.ts';
import { RestoreScreen } from './restore.ts';
import { SettingsScreen } from './settings.ts';
import { TodayScreen } from './today.ts';

export type Place = 'Today' | 'Customers' | 'Compliance' | 'Backups' | 'Devices' | 'Settings';

export class Holdfast {
  readonly page: Page;
  readonly rail: Locator;
  readonly firstRun: FirstRun;
  readonly locked: LockedScreen;
  readonly today: TodayScreen;
  readonly customers: CustomersScreen;
  readonly customer: CustomerScreen;
  readonly importing: ImportDialog;
  readonly privacy: PrivacyTab;
  readonly compliance: ComplianceScreen;
  readonly backups: BackupsScreen;
  readonly restoring: RestoreScreen;
  readonly devices: DevicesScreen;
  readonly joining: JoinScreen;
  readonly settings: SettingsScreen;
  /** How this device stands with the store, in one line. */
  readonly syncStatus: Locator;

  readonly #address: string;

  /** `address` is where the app is, for a browser that the test runner did not start. */
  constructor(page: Page, address = './') {
    this.page = page;
    this.#address = address;
    this.rail = page.getByRole('navigation', { name: 'Main' });
    this.firstRun = new FirstRun(page);
    this.locked = new LockedScreen(page);
    this.today = new TodayScreen(page);
    this.customers = new CustomersScreen(page);
    this.customer = new CustomerScreen(page);
    this.importing = new ImportDialog(page);
    this.privacy = new PrivacyTab(page);
    this.compliance = new ComplianceScreen(page);
    this.backups = new BackupsScreen(page);
    this.restoring = new RestoreScreen(page);
    this.devices = new DevicesScreen(page);
    this.joining = new JoinScreen(page);
    this.settings = new SettingsScreen(page);
    this.syncStatus = page.getByRole('status', { name: 'Sync status' });
  }

  async open(): Promise<void> {
    await this.page.goto(this.#address);
  }

  /** First run to the open workspace. Answers with the recovery kit. */
  async create(team: Team): Promise<Kit> {
    await this.open();
    await this.firstRun.create(team);
    const kit = await this.firstRun.storeKit();
    await expect(this.rail).toBeVisible();
    return kit;
  }

  async go(place: Place): Promise<void> {
    await this.rail.getByRole('link', { name: place }).click();
  }

  async lock(): Promise<void> {
    await this.rail.getByRole('button', { name: 'Lock' }).click();
    await this.locked.expectShown();
  }

  async unlock(passphrase: string): Promise<void> {
    await this.locked.unlock(passphrase);
    await expect(this.rail).toBeVisible();
  }

  /** Takes back the last step, which the status offers. */
  async undo(): Promise<void> {
    const undo = this.page.getByRole('status').getByRole('button', { name: 'Undo' });
    await undo.click();
    await expect(undo).toBeHidden();
  }

  /** The service worker holds the whole app. */
  async untilOffline(): Promise<void> {
    await this.page.evaluate(async () => {
      await navigator.serviceWorker.ready;
    });
  }
}
