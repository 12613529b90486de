/** Written by vite.config.ts when the app is built. */
declare module 'virtual:precache-list' {
  export const precacheList: readonly {
    /** Relative to the service worker. */
    readonly url: string;
    readonly revision: string;
    /** As in a `<script>`: a file that differs is refused, and the installation with it. */
    readonly integrity: string;
  }[];
}
