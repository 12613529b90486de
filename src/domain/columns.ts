/** Where a column of a list can go: a field of the customer, or a part of one that takes several columns. */

import { ADDRESS_PARTS, NAME_PARTS, type FieldDefinition, type Label } from './catalogue.ts';
import type { FieldName } from './change.ts';

export interface ColumnPlace {
  /** `company`, `emails`, `name.family`, `address.city`: what a `ColumnTarget` names. */
  readonly target: string;
  readonly label: Label;
  readonly field: FieldName;
  /** The part of the field; absent: all of it, or one more element of a list. */
  readonly part?: string;
}

/** The second line of a street, which joins the first; and whose address it is. */
const MORE_ADDRESS_PARTS = [
  { name: 'line2', label: { en: 'Address line 2', 'zh-CN': '地址第二行' } },
  { name: 'label', label: { en: 'Address label', 'zh-CN': '地址标签' } },
] as const;

/** In the order of the catalogue. */
export function columnPlaces(fields: readonly FieldDefinition[]): readonly ColumnPlace[] {
  return fields.flatMap((field): ColumnPlace[] => {
    const { name, label, type } = field;
    const whole = { target: name, label, field: name };
    switch (type) {
      case 'addresses':
        return [...ADDRESS_PARTS, ...MORE_ADDRESS_PARTS].map((part) => ({
          target: `address.${part.name}`,
          label: part.label,
          field: name,
          part: part.name,
        }));
      case 'emails':
      case 'phones':
        return [
          whole,
          { target: `${name}.label`, label: labelOfLabels(label), field: name, part: 'label' },
        ];
      default:
        if (name !== 'name') return [whole];
        return [
          whole,
          ...NAME_PARTS.map((part) => ({
            target: `name.${part.name}`,
            label: part.label,
            field: name,
            part: part.name,
          })),
        ];
    }
  });
}

function labelOfLabels(label: Label): Label {
  return { en: `${label.en} label`, 'zh-CN': `${label['zh-CN']}标签` };
}
