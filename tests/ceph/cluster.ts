/**
 * A real distributed store on this machine's loopback: Ceph with one monitor, three OSDs and two S3 gateways, from Debian's packages,
 * without a manager, keys among its daemons or systemd. Everything that it writes lies in one temporary folder.
 */

import { AwsClient } from 'aws4fetch';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { corsRulesXml } from './cors-xml.ts';

export const cephPrograms = ['ceph', 'ceph-mon', 'ceph-osd', 'radosgw', 'radosgw-admin'] as const;

export interface KeyPair {
  readonly accessKey: string;
  readonly secretKey: string;
}

export interface Ceph extends KeyPair {
  /** Two addresses of the one store, such as `http://localhost:40123`. */
  readonly gateways: readonly [string, string];
  readonly bucket: string;
  /** A key that may list, get and put in the bucket, and not remove: what ordinary devices have. */
  readonly member: KeyPair;
  /** A key that may list and get. */
  readonly reader: KeyPair;
  /** As a power cut does it. */
  killOsd(n: number): Promise<void>;
  /** Comes back when the monitor counts it as up. */
  restartOsd(n: number): Promise<void>;
  /** Its name: with the CORS rules of the other, and versioning on. */
  createVersionedBucket(): Promise<string>;
  stop(): Promise<void>;
}

const OSDS = 3;

interface OsdState {
  readonly osd: number;
  readonly up: 0 | 1;
  /** The cluster's epoch since which it is up. */
  readonly up_from: number;
}

export async function startCeph(): Promise<Ceph> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-ceph-'));
  const daemons = new Map<string, ChildProcess>();
  try {
    return await start(folder, daemons);
  } catch (error) {
    await stopAll(folder, daemons);
    throw error;
  }
}

async function start(folder: string, daemons: Map<string, ChildProcess>): Promise<Ceph> {
  const conf = join(folder, 'ceph.conf');
  const [monPort, ...gatewayPorts] = (await freePorts(3)) as [number, number, number];
  const fsid = randomUUID();
  for (const name of ['mon', 'run', 'log']) mkdirSync(join(folder, name));
  writeFileSync(conf, configuration(folder, fsid, monPort));

  const monmap = join(folder, 'monmap');
  const monAddress = `v2:127.0.0.1:${monPort}`;
  await run('monmaptool', ['--create', '--fsid', fsid, '--addv', 'a', `[${monAddress}]`, monmap]);
  await run('ceph-mon', ['-c', conf, '--mkfs', '-i', 'a', '--monmap', monmap]);
  daemon('mon.a', 'ceph-mon', ['-i', 'a']);

  const ids = Array.from({ length: OSDS }, (_, n) => n);
  const uuids = ids.map(() => randomUUID());
  for (const n of ids) await ceph('osd', 'new', uuids[n]!, String(n));
  await Promise.all(
    ids.map(async (n) => {
      mkdirSync(join(folder, `osd-${n}`));
      const uuid = ['--osd-uuid', uuids[n]!];
      await run('ceph-osd', ['-c', conf, '--mkfs', '-i', String(n), ...uuid]);
      startOsd(n);
    }),
  );
  await until('the OSDs are up', async () => {
    const states = await osdStates();
    return states.length === OSDS && states.every(({ up }) => up === 1);
  });

  const owner = await createUser('owner');
  const member = await createUser('member');
  const reader = await createUser('reader');
  for (const port of gatewayPorts) {
    daemon(`gateway ${port}`, 'radosgw', [
      ...['-n', 'client.gateway'],
      ...['--rgw-frontends', `beast endpoint=127.0.0.1:${port} tcp_nodelay=1`],
    ]);
  }
  const gateways = gatewayPorts.map((port) => `http://localhost:${port}`) as [string, string];
  for (const gateway of gateways) await untilAnswers(gateway);

  const client = new AwsClient({
    accessKeyId: owner.accessKey,
    secretAccessKey: owner.secretKey,
    service: 's3',
    region: 'us-east-1',
    retries: 0,
  });
  const bucket = await createBucket('field-team');
  await ask(`${bucket}?policy`, JSON.stringify(bucketPolicy(bucket)));

  return {
    ...owner,
    gateways,
    bucket,
    member,
    reader,
    async killOsd(n) {
      await end(daemons.get(`osd.${n}`), 'SIGKILL');
    },
    async restartOsd(n) {
      const before = await osdStates();
      startOsd(n);
      // The monitor may not have noticed that it was gone, so that it is up is not enough.
      await until(`OSD ${n} is up again`, async () =>
        (await osdStates()).some(
          ({ osd, up, up_from: since }) =>
            osd === n && up === 1 && before.every((old) => old.osd !== n || since > old.up_from),
        ),
      );
    },
    async createVersionedBucket() {
      const versioned = await createBucket('versioned');
      await ask(
        `${versioned}?versioning`,
        '<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>',
      );
      return versioned;
    },
    stop: () => stopAll(folder, daemons),
  };

  async function createBucket(name: string): Promise<string> {
    await ask(name);
    await ask(`${name}?cors`, corsRulesXml);
    return name;
  }

  async function ask(path: string, body?: string): Promise<void> {
    const response = await client.fetch(`${gateways[0]}/${path}`, {
      method: 'PUT',
      ...(body ? { body } : {}),
    });
    if (!response.ok) throw new Error(`PUT ${path}: ${response.status} ${await response.text()}`);
  }

  async function createUser(name: string): Promise<KeyPair> {
    const pair = { accessKey: `${name}-key`, secretKey: randomUUID() };
    await run('radosgw-admin', [
      ...['-c', conf, 'user', 'create', '--uid', name, '--display-name', name],
      ...['--access-key', pair.accessKey, '--secret-key', pair.secretKey],
    ]);
    return pair;
  }

  function startOsd(n: number): void {
    daemon(`osd.${n}`, 'ceph-osd', ['-i', String(n)]);
  }

  async function osdStates(): Promise<readonly OsdState[]> {
    return (JSON.parse(await ceph('osd', 'dump')) as { osds: OsdState[] }).osds;
  }

  function ceph(...parameters: string[]): Promise<string> {
    return run('ceph', ['-c', conf, '--format', 'json', ...parameters]);
  }

  function daemon(name: string, program: string, parameters: readonly string[]): void {
    const log = openSync(join(folder, 'log', `${name}.out`), 'a');
    daemons.set(
      name,
      spawn(program, ['-c', conf, '-f', ...parameters], { stdio: ['ignore', log, log] }),
    );
    closeSync(log);
  }
}

function configuration(folder: string, fsid: string, monPort: number): string {
  return `[global]
fsid = ${fsid}
mon host = [v2:127.0.0.1:${monPort}]
public addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
ms mon client mode = crc
ms mon service mode = crc
ms mon cluster mode = crc
run dir = ${folder}/run
admin socket = ${folder}/run/$name.asok
pid file =
log file = ${folder}/log/$name.log
keyring = ${folder}/keyring
crash dir = ${folder}/log
osd pool default size = 3
osd pool default min size = 2
osd pool default pg num = 8
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool delete = true
mon warn on pool no redundancy = false

[mon]
mon data = ${folder}/mon/a
mon initial members = a
mon data avail crit = 1
mon data avail warn = 1
paxos propose interval = 0.1
paxos min wait = 0.02
mon osd down out interval = 600

[osd]
osd data = ${folder}/osd-$id
osd objectstore = bluestore
bluestore block size = 2147483648
bluestore block db create = false
bluestore block wal create = false
bluestore cache size = 33554432
osd memory target = 268435456
osd heartbeat grace = 6
osd heartbeat interval = 2

[client.gateway]
rgw dns name = localhost
rgw enable usage log = false
rgw thread pool size = 32
`;
}

/** What README's policy for devices grants: never a removal. */
function bucketPolicy(bucket: string): unknown {
  const statement = (user: string, actions: readonly string[], resource: string) => ({
    Effect: 'Allow',
    Principal: { AWS: [`arn:aws:iam:::user/${user}`] },
    Action: actions,
    Resource: [resource],
  });
  const objects = `arn:aws:s3:::${bucket}/*`;
  return {
    Version: '2012-10-17',
    Statement: [
      ...['member', 'reader'].map((user) =>
        statement(user, ['s3:ListBucket'], `arn:aws:s3:::${bucket}`),
      ),
      statement('member', ['s3:GetObject', 's3:PutObject'], objects),
      statement('reader', ['s3:GetObject'], objects),
    ],
  };
}

async function run(program: string, parameters: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, parameters);
  return stdout;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function untilAnswers(address: string): Promise<void> {
  await until(`${address} answers`, async () => {
    try {
      return (await fetch(address)).status < 500;
    } catch {
      return false;
    }
  });
}

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`Waited two minutes until ${what}.`);
    await sleep(100);
  }
}

async function end(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (child?.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}

/** Nothing of the cluster outlives it, so nothing needs to be put away in order. */
async function stopAll(folder: string, daemons: ReadonlyMap<string, ChildProcess>): Promise<void> {
  await Promise.all([...daemons.values()].map((child) => end(child, 'SIGKILL')));
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
