/** Four devices write through two gateways while an OSD is gone for a while: nothing that was acknowledged is lost. */

import { ok } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import { createS3Store } from '#sync/s3-store.ts';
import { soak } from '../simulation/soak.ts';
import type { Ceph } from './cluster.ts';

const SEGMENTS = 1000;
const GONE_MS = 5000;

export async function soakStore(ceph: Ceph): Promise<void> {
  const { accessKey, secretKey, bucket } = ceph;
  const stores = ceph.gateways.map((endpoint) =>
    createS3Store({
      ...{ endpoint, bucket, accessKey, secretKey },
      ...{ prefix: 'soak/', region: 'us-east-1', pathStyle: true },
    }),
  );
  const { segments, failures, milliseconds } = await soak({
    stores,
    segments: SEGMENTS,
    async onHalf() {
      await ceph.killOsd(1);
      await sleep(GONE_MS);
      await ceph.restartOsd(1);
    },
  });
  ok(segments >= SEGMENTS, `${segments} segments`);
  const seconds = (milliseconds / 1000).toFixed(1);
  process.stdout.write(`  ${segments} segments, ${failures} rounds tried again, ${seconds} s\n`);
}
