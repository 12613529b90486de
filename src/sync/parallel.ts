/** Several requests at once, but not all. */

/** Runs `work` on every item, so many at a time; answers stand in the order of the items. */
export async function inParallel<T, U>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, index: number) => Promise<U>,
): Promise<readonly U[]> {
  const answers: U[] = [];
  let next = 0;
  const lanes = Array.from({ length: Math.min(atOnce, items.length) }, async () => {
    while (next < items.length) {
      const index = next++;
      answers[index] = await work(items[index] as T, index);
    }
  });
  await Promise.all(lanes);
  return answers;
}
