/** A run as NIST OSCAL 1.2 assessment results: one result a regulation, a finding for each control that was judged, observations with the evidence. */

import type { Json } from '#domain/change.ts';
import type { ControlId, Pack } from '../packs/pack.ts';
import { POLICY_NAMESPACE } from '../packs/oscal.ts';
import type { ControlRun, PackRun, Run } from './run.ts';

type Uuid = () => string;

export function assessmentResults(
  { at, packs }: Run,
  definitions: ReadonlyMap<string, Pack>,
  uuid: Uuid,
): Json {
  const time = new Date(at).toISOString();
  return {
    'assessment-results': {
      uuid: uuid(),
      metadata: {
        title: 'Holdfast: run of the checks',
        'last-modified': time,
        version: '1',
        'oscal-version': '1.2.2',
      },
      'import-ap': { href: '#', remarks: 'The policy packs of the workspace are the plan.' },
      results: packs.map((pack) => resultOf(pack, definitions.get(pack.key), time, uuid)),
    },
  };
}

function resultOf(pack: PackRun, definition: Pack | undefined, time: string, uuid: Uuid): Json {
  const controls = pack.controls.map((control) => ({ control, observation: uuid() }));
  const title = definition?.title.en ?? pack.key;
  return {
    uuid: uuid(),
    title: `${title} ${pack.version}`,
    description: `What the checks found of ${title}.`,
    start: time,
    end: time,
    'reviewed-controls': {
      'control-selections': [
        {
          'include-controls': pack.controls.map(({ id }) => ({ 'control-id': id.toLowerCase() })),
        },
      ],
    },
    observations: controls.map(({ control, observation }) =>
      observationOf(control, observation, time),
    ),
    findings: [
      ...controls.map(({ control, observation }) => {
        const known = definition?.controls.find(({ id }) => id === control.id);
        return findingOf(control, known?.title.en ?? control.id, observation, uuid());
      }),
      ...pack.overdue.map((id) => overdueFinding(id, uuid())),
    ],
  };
}

function observationOf({ id, finding }: ControlRun, uuid: string, time: string): Json {
  const evidence = finding.rows.map(({ about, id: subject, found, wanted, at }) => {
    const parts = [
      found === undefined ? '' : `found ${JSON.stringify(found)}`,
      wanted === undefined ? '' : `wanted ${JSON.stringify(wanted)}`,
      at === undefined ? '' : new Date(at).toISOString(),
    ].filter((part) => part !== '');
    return { description: [`${about} ${subject}`, ...parts].join(', ') };
  });
  return {
    uuid,
    description: `Evidence of ${id}: ${finding.counted} looked at`,
    methods: ['TEST'],
    ...(evidence.length > 0 && { 'relevant-evidence': evidence }),
    collected: time,
  };
}

/** OSCAL knows satisfied and not-satisfied alone: what nobody checked is not satisfied, with the reason "not-run". */
function findingOf(
  { id, status, finding }: ControlRun,
  title: string,
  observation: string,
  uuid: string,
): Json {
  const isSatisfied = finding.outcome === 'pass';
  return {
    uuid,
    title: `${id} ${title}`,
    description: `${id}: ${finding.outcome}`,
    props: [{ name: 'status', ns: POLICY_NAMESPACE, value: status }],
    target: {
      type: 'objective-id',
      'target-id': id.toLowerCase(),
      status: {
        state: isSatisfied ? 'satisfied' : 'not-satisfied',
        reason: finding.outcome === 'notRun' ? 'not-run' : finding.outcome,
        ...(finding.missing.length > 0 && { remarks: `Missing: ${finding.missing.join(', ')}` }),
      },
    },
    'related-observations': [{ 'observation-uuid': observation }],
  };
}

/** The text of a control may be out of date: a finding of its own, whatever the check said. */
function overdueFinding(id: ControlId, uuid: string): Json {
  return {
    uuid,
    title: `${id}: sources are due to be read again`,
    description: `The day by which the sources of ${id} were to be read again is over.`,
    target: {
      type: 'objective-id',
      'target-id': id.toLowerCase(),
      status: {
        state: 'not-satisfied',
        reason: 'fail',
        remarks: 'The review of its sources is overdue.',
      },
    },
  };
}
