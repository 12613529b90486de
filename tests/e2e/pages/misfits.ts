/** Runs in the page: what sticks out of it sideways, and what is too small to be hit. One sentence each. */
export function misfitsIn(smallest: number): string[] {
  const misfits: string[] = [];
  const width = document.documentElement.clientWidth;
  const modal = document.querySelector('dialog[open]');
  const shown = [...(modal ?? document.body).querySelectorAll<HTMLElement>('*')].filter((element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }),
  );

  for (const element of shown) {
    const style = getComputedStyle(element);
    // What hides its scrollbar is a strip to be pushed along.
    const scrolls = /auto|scroll/.test(style.overflowX) && style.scrollbarWidth !== 'none';
    if (scrolls && element.scrollWidth > element.clientWidth + 1) {
      misfits.push(`${nameOf(element)} scrolls sideways`);
    }
    const { left, right } = element.getBoundingClientRect();
    if ((left < -1 || right > width + 1) && !isClipped(element)) {
      misfits.push(`${nameOf(element)} sticks out, from ${left} to ${right}`);
    }
  }

  const targets = 'a[href], button, select, input, textarea, summary, [role=option], [role=tab]';
  for (const target of shown) {
    if (!target.matches(targets) || target.closest('[inert], .visually-hidden')) continue;
    // A link within a sentence is as high as its line.
    if (getComputedStyle(target).display === 'inline') continue;
    const { width, height } = hitBox(target);
    if (Math.min(width, height) < smallest - 0.5) {
      misfits.push(`${nameOf(target)} is ${width} × ${height}`);
    }
  }
  return misfits;

  /** A box with its label is hit on either. */
  function hitBox(target: HTMLElement): { width: number; height: number } {
    const labels = target instanceof HTMLInputElement ? [...(target.labels ?? [])] : [];
    const boxes = [target, ...labels].map((each) => each.getBoundingClientRect());
    return {
      width: Math.max(...boxes.map((box) => box.width)),
      height: Math.max(...boxes.map((box) => box.height)),
    };
  }

  function isClipped(element: HTMLElement): boolean {
    for (let box = element.parentElement; box && box.id !== 'app'; box = box.parentElement) {
      if (box !== document.body && getComputedStyle(box).overflowX !== 'visible') return true;
    }
    return element.closest('.visually-hidden') !== null;
  }

  function nameOf(element: HTMLElement): string {
    const name = element.getAttribute('aria-label') ?? element.textContent.trim().slice(0, 40);
    return `<${element.localName}> “${name}”`;
  }
}
