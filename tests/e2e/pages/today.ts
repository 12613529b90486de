import type { Locator, Page } from '@playwright/test';

export class TodayScreen {
  readonly overdue: Locator;
  readonly dueToday: Locator;

  constructor(page: Page) {
    this.overdue = page.getByRole('list', { name: 'Overdue' });
    this.dueToday = page.getByRole('list', { name: 'Due today' });
  }
}
