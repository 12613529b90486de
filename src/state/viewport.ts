/** The part of the window that a soft keyboard leaves free, as `--app-height`, so that field and button stay above it. */

export function followViewport(): void {
  const { visualViewport: viewport } = globalThis;
  if (!viewport) return;
  const root = document.documentElement;
  let width = 0;
  let fullHeight = 0;
  const follow = () => {
    // Zooming with two fingers is not a keyboard.
    if (viewport.scale > 1.01) return;
    if (width !== innerWidth) fullHeight = 0;
    width = innerWidth;
    fullHeight = Math.max(fullHeight, viewport.height);
    root.style.setProperty('--app-height', `${viewport.height}px`);
    const keyboard = viewport.height < fullHeight * 0.8 && isTyping();
    root.toggleAttribute('data-keyboard', keyboard);
    if (keyboard) document.activeElement?.scrollIntoView({ block: 'nearest' });
    // iOS scrolls the page under the keyboard; there is nothing below to see.
    if (viewport.offsetTop > 0) scrollTo(0, 0);
  };
  viewport.addEventListener('resize', follow);
  viewport.addEventListener('scroll', follow);
  follow();
}

function isTyping(): boolean {
  return document.activeElement?.matches('input, textarea') ?? false;
}
