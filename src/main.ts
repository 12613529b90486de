import { mount } from 'svelte';
import { takeInvites } from '#state/invite-link.ts';
import { findMissing } from '#state/support.ts';
import { language } from '#state/texts.svelte.ts';
import { followViewport } from '#state/viewport.ts';
import './ui/parts/tokens.css';
import './ui/parts/base.css';

takeInvites();
const target = document.getElementById('app');
if (target) await start(target);

async function start(target: HTMLElement): Promise<void> {
  followViewport();
  const missing = await findMissing();
  if (missing.length > 0) {
    await language.use('system');
    await language.complete();
    const { default: Unsupported } = await import('#ui/unsupported/Unsupported.svelte');
    mount(Unsupported, { target, props: { missing } });
  } else {
    const { default: App } = await import('#ui/App.svelte');
    mount(App, { target });
  }
}
