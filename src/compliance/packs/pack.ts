/** A policy pack: what one regulation asks, as controls with parameters. Made of an OSCAL catalog and profile; FORMAT.md says how they lie in a file. */

import type { Label } from '#domain/catalogue.ts';

/** `automatic`: judged on the workspace's data; `configuration`: on its settings; `attestation`: a person says it, until a day. */
export const CONTROL_KINDS = ['automatic', 'configuration', 'attestation'] as const;
export type ControlKind = (typeof CONTROL_KINDS)[number];

/** `proposed`: no law yet; shown, and not counted. */
export const CONTROL_STATUSES = ['in-force', 'proposed', 'withdrawn'] as const;
export type ControlStatus = (typeof CONTROL_STATUSES)[number];

export const SEVERITIES = ['high', 'medium', 'low'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** The letter of the regulation and a number: `G5`. */
export type ControlId = string;

export interface Control {
  readonly id: ControlId;
  readonly title: Label;
  /** Our own paraphrase: no text of the law. */
  readonly statement: Label;
  /** Article, section or requirement. */
  readonly citation: string;
  readonly kind: ControlKind;
  readonly severity: Severity;
  readonly status: ControlStatus;
  /** ISO date from which it applies; null: not settled. */
  readonly effective: string | null;
  /** ISO dates: when its sources were read last, and by when they are to be read again. */
  readonly reviewed: string;
  readonly reviewBy: string;
  /** Names the place of the app where it is mended. */
  readonly fix: string | null;
  /** Addresses of its sources. */
  readonly sources: readonly string[];
  /** Names of the parameters that it reads. */
  readonly parameters: readonly string[];
}

/** Whether it applies on the day, an ISO date: a law that was passed may apply from a later one. */
export function isEffective({ status, effective }: Control, day: string): boolean {
  return status === 'in-force' && (effective === null || effective <= day);
}

export interface Parameter {
  readonly value: number;
  /** Which of two values asks for more. */
  readonly strictest: 'min' | 'max';
}

export interface Pack {
  /** `gdpr`, `hipaa`, … */
  readonly key: string;
  readonly title: Label;
  /** Numbers between dots: `2.0.1`. */
  readonly version: string;
  /** ISO date. */
  readonly published: string;
  /** In the order of the catalog. */
  readonly controls: readonly Control[];
  readonly parameters: ReadonlyMap<string, Parameter>;
}
