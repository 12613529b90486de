import { createDeviceId, createRecordId, isId, isReserved } from '#base/ids.ts';
import { auditPageId, isAuditPage, pageNumberOf, prefixOf } from '#domain/audit-page.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const anyDevice = fc.constant(null).map(() => createDeviceId());

describe('the id of a page', () => {
  it('is an id, says whose it is and which, and sorts as the pages do', () => {
    const anyPage = fc.nat(32 ** 5 - 2);
    fc.assert(
      fc.property(anyDevice, anyPage, (device, page) => {
        const id = auditPageId(device, page);
        expect(isId(id)).toBe(true);
        expect(isAuditPage(id)).toBe(true);
        expect(id.startsWith(prefixOf(device))).toBe(true);
        expect(pageNumberOf(id)).toBe(page);
      }),
    );
  });

  it('is never drawn for another record', () => {
    for (let count = 0; count < 1000; count++) expect(isReserved(createRecordId())).toBe(false);
  });
});
