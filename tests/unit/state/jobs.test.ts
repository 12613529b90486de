import { afterEach, describe, expect, test } from 'vitest';
import { Job, jobs, type LongWork } from '#state/jobs.svelte.ts';
import { leaveWorkspace } from '#state/leave.ts';

function openEnded() {
  let finish: (value: string) => void = () => undefined;
  let given: LongWork | undefined;
  const start = (work: LongWork) => {
    given = work;
    return new Promise<string>((resolve) => (finish = resolve));
  };
  return { start, finish: (value: string) => finish(value), work: () => given! };
}

const aMoment = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('long work', () => {
  afterEach(aMoment);

  test('runs until its answer is there, and says how far it is', async () => {
    const job = new Job();
    const work = openEnded();
    const answer = job.run(work.start);
    expect([job.running, jobs.running]).toEqual([true, true]);
    work.work().onProgress({ done: 3, total: 10, step: 'reading' });
    expect(job.progress).toEqual({ done: 3, total: 10, step: 'reading' });
    work.finish('done');
    expect(await answer).toBe('done');
    expect([job.running, jobs.running, job.progress]).toEqual([false, false, null]);
  });

  test('cancelling aborts its signal', () => {
    const job = new Job();
    const work = openEnded();
    void job.run(work.start);
    expect(work.work().signal.aborted).toBe(false);
    job.cancel();
    expect(work.work().signal.aborted).toBe(true);
    leaveWorkspace();
  });

  test('listeners hear when the last one has ended, after its result was taken', async () => {
    const order: string[] = [];
    const stop = jobs.onEnd(() => order.push('ended'));
    const [first, second] = [openEnded(), openEnded()];
    const answers = [new Job().run(first.start), new Job().run(second.start)];
    first.finish('one');
    await aMoment();
    expect(order).toEqual([]);
    second.finish('two');
    await Promise.all(answers);
    order.push('taken');
    await aMoment();
    expect(order).toEqual(['taken', 'ended']);
    stop();
  });

  test('a lock that ends the worker leaves no work running, and a late answer counts nothing twice', async () => {
    const job = new Job();
    const lost = openEnded();
    const answer = job.run(lost.start);
    leaveWorkspace();
    expect([job.running, jobs.running]).toEqual([false, false]);

    const next = openEnded();
    const nextAnswer = new Job().run(next.start);
    lost.finish('late');
    await answer;
    expect(jobs.running).toBe(true);
    next.finish('done');
    await nextAnswer;
    expect(jobs.running).toBe(false);
  });
});
