import { test } from 'node:test';
import { mainJob } from './main-job.ts';
import { openStage } from './stage.ts';

// An ordinary user, whom sudo asks for a password, and root: the same job.
for (const user of ['user', 'root'] as const) {
  await test(`the main job as ${user}`, async (job) => {
    const stage = await openStage(user);
    const done = new Set<string>();
    for (const [index, step] of mainJob.entries()) {
      // Each step needs those before it.
      const skip = done.size < index && 'a step before it failed';
      await job.test(step.name, { skip }, async (context) => {
        context.diagnostic(await step.run(stage));
        done.add(step.name);
      });
    }
  });
}
