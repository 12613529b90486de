/** Packs for tests: the shipped files as they lie, and small ones made here. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Control, Pack } from '#compliance/packs/pack.ts';

const root = join(import.meta.dirname, '../../../..');

export function readPolicyFile(path: string): string {
  return readFileSync(join(root, 'public', path), 'utf8');
}

/** A pack file as a publisher would write it: one control, one parameter. */
export function plainFile(change: (file: FileParts) => void = () => undefined): string {
  const ns = 'urn:holdfast:policy';
  const metadata = {
    title: 'House rules',
    'last-modified': '2026-11-26T00:00:00Z',
    version: '1.2.0',
    'oscal-version': '1.2.2',
    props: [
      { name: 'key', ns, value: 'house' },
      { name: 'title', ns, class: 'zh-CN', value: '内部规则' },
      { name: 'published', ns, value: '2026-11-26' },
    ],
  };
  const file: FileParts = {
    format: 'holdfast-policy/1',
    catalog: {
      uuid: '4f3a3e0e-9d3c-4a0d-8a58-7f4a5e3f1d11',
      metadata,
      params: [{ id: 'idle-minutes', props: [{ name: 'strictest', ns, value: 'min' }] }],
      controls: [
        {
          id: 'x1',
          title: 'Locks itself',
          props: [
            { name: 'title', ns, class: 'zh-CN', value: '自动锁定' },
            { name: 'citation', ns, value: 'Rule 1' },
            { name: 'kind', ns, value: 'configuration' },
            { name: 'severity', ns, value: 'high' },
            { name: 'status', ns, value: 'in-force' },
            { name: 'effective', ns, value: '2026-01-01' },
            { name: 'reviewed', ns, value: '2026-11-26' },
            { name: 'review-by', ns, value: '2027-05-26' },
            { name: 'fix', ns, value: 'settings' },
            { name: 'parameter', ns, value: 'idle-minutes' },
          ],
          links: [{ href: 'https://example.org/rule-1', rel: 'reference' }],
          parts: [
            { name: 'statement', prose: 'A device locks itself.' },
            { name: 'statement', class: 'zh-CN', prose: '设备应自动锁定。' },
          ],
        },
      ],
    },
    profile: {
      uuid: '1c0f3c2e-52d5-4a1c-9c36-0f8a2f0f7c22',
      metadata: { ...metadata, props: [] },
      imports: [{ href: '#4f3a3e0e-9d3c-4a0d-8a58-7f4a5e3f1d11' }],
      modify: { 'set-parameters': [{ 'param-id': 'idle-minutes', values: ['10'] }] },
    },
  };
  change(file);
  return JSON.stringify(file);
}

interface Property {
  name: string;
  ns: string;
  value: string;
  class?: string;
}

export interface FileParts {
  format: string;
  catalog: {
    uuid: string;
    metadata: { title: string; version: string; props: Property[]; [name: string]: unknown };
    params: { id: string; props: Property[] }[];
    controls: {
      id: string;
      title: string;
      props: Property[];
      links: { href: string; rel: string }[];
      parts: { name: string; class?: string; prose: string }[];
    }[];
  };
  profile: {
    uuid: string;
    metadata: { version: string; [name: string]: unknown };
    imports: { href: string }[];
    modify: { 'set-parameters': { 'param-id': string; values: string[] }[] };
  };
}

export function controlOf(parts: Partial<Control> & Pick<Control, 'id'>): Control {
  const title = { en: parts.id, 'zh-CN': parts.id };
  return {
    title,
    statement: title,
    citation: 'Rule',
    kind: 'automatic',
    severity: 'medium',
    status: 'in-force',
    effective: '2026-01-01',
    reviewed: '2026-01-01',
    reviewBy: '2027-01-01',
    fix: null,
    sources: ['https://example.org/rule'],
    parameters: [],
    ...parts,
  };
}

export function packOf(parts: Partial<Pack> = {}): Pack {
  return {
    key: 'house',
    title: { en: 'House rules', 'zh-CN': '内部规则' },
    version: '1.0',
    published: '2026-01-01',
    controls: [controlOf({ id: 'X1' })],
    parameters: new Map(),
    ...parts,
  };
}
