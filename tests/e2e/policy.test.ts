import { customersToCsv, generateCustomers } from '../customers.ts';
import { expect, test } from './fixtures.ts';
import { csvFile } from './pages/files.ts';
import { team } from './teams.ts';

test('no request ever leaves for another host, and no policy is ever broken', async ({
  holdfast,
  context,
  endpoint,
}) => {
  const foreign: string[] = [];
  context.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== endpoint.address && !['blob:', 'data:'].includes(protocol)) {
      foreign.push(request.url());
    }
  });
  const violations: string[] = [];
  await context.exposeBinding('reportViolation', (_source, violation: string) => {
    violations.push(violation);
  });
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const report = Reflect.get(window, 'reportViolation') as (violation: string) => void;
      report(`${event.violatedDirective}: ${event.blockedURI}`);
    });
  });

  await holdfast.create(team);
  await holdfast.go('Customers');
  const customers = generateCustomers(40, 3);
  await holdfast.importing.run(csvFile('list.csv', customersToCsv(customers)), customers.length);
  await holdfast.importing.close();
  // Text stays text.
  const hostile = '<img src=x onerror=alert(1)><script>alert(2)</script>';
  await holdfast.customers.add({ Name: hostile, Notes: hostile });
  await expect(holdfast.customer.heading(hostile)).toBeVisible();
  await holdfast.go('Backups');
  await holdfast.backups.backUp();
  await holdfast.go('Settings');
  await holdfast.settings.theme.selectOption('dark');
  await holdfast.settings.language.selectOption('zh-CN');
  await expect(holdfast.page.getByRole('link', { name: '客户' })).toBeVisible();

  expect(foreign).toEqual([]);
  expect(violations).toEqual([]);
});
