/**
 * Runs inside the page: finds what is in sight by role and accessible name. Neither engine's driver
 * offers that itself. The function is sent as its source, so it uses nothing from outside its body.
 */

import type { Target } from './driver.ts';

export function findInPage({ role, name, within }: Target): Element | null {
  const selectors = {
    button: 'button, [role=button], [role=menuitem], [role=tab]',
    link: 'a[href], [role=link]',
    heading: 'h1, h2, h3, h4, [role=heading]',
    checkbox: 'input[type=checkbox], [role=checkbox], [role=switch]',
    ticked: 'input[type=checkbox]:checked',
    field: 'input:not([type=checkbox]):not([type=file]), textarea, select, [role=combobox]',
    text: 'body *',
  };
  const tidy = (content: string | null | undefined) => (content ?? '').replace(/\s+/g, ' ').trim();
  const isInSight = (element: Element) =>
    element.getClientRects().length > 0 && getComputedStyle(element).visibility === 'visible';
  const nameOf = (element: Element): string => {
    const labelledBy = element.getAttribute('aria-labelledby');
    if (labelledBy !== null) {
      return tidy(
        labelledBy
          .split(' ')
          .map((id) => document.getElementById(id)?.textContent)
          .join(' '),
      );
    }
    const label = element.getAttribute('aria-label');
    if (label !== null) return tidy(label);
    if (
      element instanceof HTMLInputElement ||
      element instanceof HTMLTextAreaElement ||
      element instanceof HTMLSelectElement
    ) {
      return tidy([...(element.labels ?? [])].map((one) => one.textContent).join(' '));
    }
    return tidy(element.textContent);
  };

  // A modal dialog covers the rest, as a person sees it.
  const modal = [...document.querySelectorAll('dialog')]
    .filter((one) => one.matches(':modal'))
    .at(-1);
  const top: ParentNode = modal ?? document;
  const grounds: ParentNode[] =
    within === undefined
      ? [top]
      : [...top.querySelectorAll('[aria-label], [aria-labelledby]')].filter(
          (element) => isInSight(element) && nameOf(element) === within,
        );
  for (const ground of grounds) {
    const found = [...ground.querySelectorAll(selectors[role])].filter(isInSight);
    if (role === 'text') {
      const texts = found.filter((element) => tidy(element.textContent).includes(name));
      if (texts.length > 0) return texts.at(-1) ?? null;
    } else {
      const exact = found.find((element) => nameOf(element) === name);
      // A row of a list says more than the customer's name.
      const named =
        exact ??
        (role === 'link' ? found.find((element) => nameOf(element).includes(name)) : undefined);
      if (named) return named;
    }
  }
  return null;
}

/** The input behind a button that chooses a file: the one nearest to it. */
export function findFileInput(button: Element): Element | null {
  for (let ground = button.parentElement; ground; ground = ground.parentElement) {
    const input = ground.querySelector('input[type=file]');
    if (input) return input;
  }
  return null;
}

export function setDate(input: Element, date: string): void {
  if (!(input instanceof HTMLInputElement)) throw new Error('Not a date field');
  input.value = date;
  input.dispatchEvent(new Event('input', { bubbles: true }));
  input.dispatchEvent(new Event('change', { bubbles: true }));
}
